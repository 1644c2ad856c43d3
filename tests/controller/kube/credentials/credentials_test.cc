// Where credentials come from, and how a token file is followed while it is rotated, missing or broken.
#include "controller/kube/credentials/credentials.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "controller/kube/credentials/secret_files.h"
#include "tests/controller/kube/manual_clock.h"
#include "tests/controller/kube/temporary_folder.h"

using namespace aia;
using namespace aia::kube;
using tests::ManualClock;
using tests::TemporaryFolder;

namespace {

CredentialsOptions with(std::map<std::string, std::string> variables, const std::string& service_account = "/nowhere") {
  CredentialsOptions options;
  options.service_account = service_account;
  options.environment = [variables = std::move(variables)](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
  };
  return options;
}

std::string kubeconfig(const std::string& server) {
  return "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]\nclusters: [{name: "
         "c, "
         "cluster: {server: '" +
         server + "'}}]\nusers: [{name: u, user: {tokenFile: token}}]\n";
}

const auto kClock = std::make_shared<ManualClock>();

}  // namespace

TEST_CASE("in a pod: host, port, CA, token and namespace of the ServiceAccount") {
  const TemporaryFolder folder;
  folder.write("sa/token", "secret\n");
  folder.write("sa/namespace", "system\n");
  const auto made = load_credentials(
      with({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}}, folder / "sa"), kClock);
  REQUIRE(made.ok());
  CHECK(made->transport.base_url == "https://10.0.0.1:443");
  CHECK(made->transport.tls.ca_file == folder / "sa/ca.crt");
  CHECK(made->ns == "system");
  CHECK(made->source == "the pod's ServiceAccount");
  CHECK(made->transport.authorization() == "Bearer secret");

  const auto v6 = load_credentials(
      with({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}}, folder / "sa"), kClock);
  CHECK(v6->transport.base_url == "https://kubernetes.default.svc:443");
}

TEST_CASE("a file given wins over $KUBECONFIG, that over the pod, that over ~/.kube/config") {
  const TemporaryFolder folder;
  folder.write("sa/token", "secret");
  folder.write("home/.kube/config", kubeconfig("https://home"));
  folder.write("env", kubeconfig("https://env"));
  folder.write("given", kubeconfig("https://given"));
  std::map<std::string, std::string> variables = {{"HOME", folder / "home"},
                                                  {"KUBECONFIG", (folder / "missing") + ":" + (folder / "env")},
                                                  {"KUBERNETES_SERVICE_HOST", "pod"},
                                                  {"KUBERNETES_SERVICE_PORT", "1"}};
  const auto url = [&](const std::string& given = "") {
    CredentialsOptions options = with(variables, folder / "sa");
    options.kubeconfig = given;
    const auto made = load_credentials(options, kClock);
    return made ? made->transport.base_url : made.error().message;
  };
  CHECK(url(folder / "given") == "https://given");
  CHECK(url() == "https://env");
  variables.erase("KUBECONFIG");
  CHECK(url() == "https://pod:1");
  variables.erase("KUBERNETES_SERVICE_HOST");
  CHECK(url() == "https://home");
  variables.erase("HOME");
  CHECK_THAT(url(), Catch::Contains("no way to the cluster"));
  CHECK_THAT(url(folder / "none"), Catch::Contains(folder / "none"));
  variables["KUBECONFIG"] = folder / "none";
  CHECK_THAT(url(), Catch::Contains("no kubeconfig found at " + (folder / "none")));
  folder.write("bad", "clusters: {}\nclusters: {}");
  CHECK_THAT(url(folder / "bad"), Catch::Contains("bad: kubeconfig: the key clusters is there twice"));
}

TEST_CASE("a kubeconfig's proxy is the transport's, and an empty file in $KUBECONFIG is none") {
  const TemporaryFolder folder;
  folder.write("token", "one");
  std::string text = kubeconfig("https://x");
  text.replace(text.find("'https://x'"), 11, "'https://x', proxy-url: 'http://me:pw@proxy'");
  const auto made =
      load_credentials(with({{"KUBECONFIG", folder.write("empty", "") + ":" + folder.write("config", text)}}), kClock);
  REQUIRE(made.ok());
  CHECK(made->transport.base_url == "https://x");
  CHECK(made->transport.proxy == "http://me:pw@proxy");
}

TEST_CASE("without one in the kubeconfig, the environment's proxy is the API server's") {
  const TemporaryFolder folder;
  folder.write("token", "one");
  const std::string file = folder.write("config", kubeconfig("https://api.example"));
  const auto proxy_with = [&](std::map<std::string, std::string> variables) {
    variables["KUBECONFIG"] = file;
    const auto made = load_credentials(with(variables), kClock);
    return made ? made->transport.proxy : made.error().message;
  };
  CHECK(proxy_with({{"HTTPS_PROXY", "http://p:1"}}) == "http://p:1");
  CHECK(proxy_with({{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", "example"}}).empty());
  CHECK_THAT(proxy_with({{"https_proxy", "socks5://p:1"}}), Catch::Contains("HTTPS_PROXY"));
}

TEST_CASE("a kubeconfig's tokenFile lies beside it") {
  const TemporaryFolder folder;
  folder.write("token", "one");
  CredentialsOptions options = with({});
  options.kubeconfig = folder.write("config", kubeconfig("https://x"));
  const auto made = load_credentials(options, kClock);
  REQUIRE(made.ok());
  CHECK(made->ns == "n");
  CHECK(made->transport.authorization() == "Bearer one");
}

TEST_CASE("a rotated token is picked up after a minute, at once after a refusal, and kept while it cannot be read") {
  const TemporaryFolder folder;
  const std::string path = folder.write("token", " one\n");
  const auto clock = std::make_shared<ManualClock>();
  TokenFile token(path, clock);
  CHECK(token.token() == "one");
  folder.write("token", "two");
  clock->advance(Millis(59'999));
  CHECK(token.token() == "one");
  clock->advance(Millis(1));
  CHECK(token.token() == "two");
  folder.write("token", "three");
  token.drop();
  CHECK(token.token() == "three");
  for (const char* broken : {"", "\n", "a\r\nX-Evil: b", "two words", "\x01\x02", "\xff\xfe"}) {
    folder.write("token", broken);
    token.drop();
    CHECK(token.token() == "three");
  }
  std::filesystem::remove(path);
  token.drop();
  CHECK(token.token() == "three");
}

TEST_CASE("without a readable token there is no Authorization header") {
  const auto clock = std::make_shared<ManualClock>();
  TokenFile token("/nowhere/token", clock);
  CHECK_FALSE(token.token());
}
