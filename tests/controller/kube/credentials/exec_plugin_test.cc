// Credential plugins, as scripts: how they are run, what they are told and may answer, when they are run again, and
// that none of their misbehaviour costs a request more than its own deadline.
#include "controller/kube/credentials/exec_plugin.h"

#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "controller/kube/credentials/child_process.h"
#include "controller/kube/credentials/credentials.h"
#include "tests/controller/kube/eventually.h"
#include "tests/controller/kube/manual_clock.h"
#include "tests/controller/kube/temporary_folder.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::kube;
using testing::scaled;
using testing::took;
using tests::eventually;
using tests::ManualClock;
using tests::TemporaryFolder;

namespace {

constexpr const char* kVersion = "client.authentication.k8s.io/v1";

std::string answer(const std::string& status) {
  return std::string(R"({"apiVersion":")") + kVersion + R"(","kind":"ExecCredential","status":{)" + status + "}}";
}

/// A plugin that counts its runs in `runs` and prints the file `answer`.
struct Rig {
  TemporaryFolder folder;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  ExecPluginOptions options;
  ExecConfig config;
  std::shared_ptr<ExecPlugin> plugin;

  Rig() {
    config.where = "users[me].user.exec";
    config.api_version = kVersion;
    config.command = folder.script("plugin", "cd \"${0%/*}\"\necho >>runs\n. ./behaviour\ncat answer\n");
    folder.write("behaviour", "");
  }
  void gives(const std::string& token, const std::string& more = "") const {
    folder.write("answer", answer(R"("token":")" + token + "\"" + more));
  }
  void gives_until(const std::string& token, Millis lifetime) const {
    gives(token, R"(,"expirationTimestamp":")" + format_rfc3339(clock->now() + lifetime) + "\"");
  }
  [[nodiscard]] std::size_t runs() const { return folder.read("runs").size(); }
  Status start() {
    auto started = ExecPlugin::start(config, "{}", clock, options);
    if (!started) return started.error();
    plugin = std::move(*started);
    return done;
  }
};

const Millis kLong{10'000};

}  // namespace

TEST_CASE("a child gets arguments, environment and nothing else, its output, errors and end come back") {
  const TemporaryFolder folder;
  setenv("AIA_INHERITED", "ours", 1);
  setenv("AIA_REPLACED", "ours", 1);
  ChildProcess child;
  child.command = folder.script("child",
                                "echo \"$1|$2|$AIA_INHERITED|$AIA_REPLACED\"\n"
                                "echo trouble >&2\nls /proc/self/fd | wc -l\ncat\nexit 7\n");
  child.arguments = {"a b; echo $HOME", "*"};
  child.environment = {{"AIA_REPLACED", "theirs"}};
  const auto ended = run_child(child, {});
  REQUIRE(ended.ok());
  CHECK(ended->exit_code == 7);
  CHECK(ended->output == "a b; echo $HOME|*|ours|theirs\n4\n");  // the three, and the one with which ls looks
  CHECK(ended->errors == "trouble\n");
}

TEST_CASE("a child that is not there, hangs, floods, dies or leaves others behind") {
  const TemporaryFolder folder;
  ChildProcess child;
  child.command = folder / "absent";
  CHECK(run_child(child, {}).error().kind == ErrorKind::NotFound);
  child.command = "aia-no-such-program";
  CHECK(run_child(child, {}).error().kind == ErrorKind::NotFound);
  child.command = folder.write("not-executable", "#!/bin/sh\n");
  CHECK(run_child(child, {}).error().kind == ErrorKind::Invalid);

  child.command =
      folder.script("hangs", "echo $$ >\"${0%/*}/pid\"\nsleep 1000 &\necho $! >\"${0%/*}/grandchild\"\nwait\n");
  child.timeout = scaled(Millis(400));
  std::optional<Result<ChildOutcome>> hung;
  const Millis waited = took([&] { hung = run_child(child, {}); });
  CHECK(hung->error().kind == ErrorKind::Timeout);
  CHECK(waited >= scaled(Millis(400)));
  CHECK(waited < scaled(Millis(3000)));
  const auto gone = [&](const char* file) { return kill(std::stoi(folder.read(file)), 0) == -1 && errno == ESRCH; };
  CHECK(gone("pid"));  // not even a zombie
  CHECK(eventually([&] { return gone("grandchild"); }));

  std::stop_source stop;
  child.timeout = std::chrono::minutes(1);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(Millis(200));
    stop.request_stop();
  });
  CHECK(took([&] { CHECK_FALSE(run_child(child, stop.get_token()).ok()); }) < scaled(Millis(5000)));

  child.command = folder.script("floods", "while :; do echo 0123456789012345678901234567890123456789; done\n");
  child.max_output_bytes = 10'000;
  CHECK(run_child(child, {}).error().message == "it prints too much");
  child.command =
      folder.script("complains", "i=0; while [ $i -lt 2000 ]; do echo line >&2; i=$((i+1)); done; kill -9 $$\n");
  const auto complained = run_child(child, {});
  REQUIRE(complained.ok());
  CHECK(complained->errors.size() == 2048);
  CHECK(complained->exit_code == 137);
  child.command = folder.script("daemon", "sleep 1000 &\necho done\n");
  CHECK(took([&] { CHECK(run_child(child, {})->output == "done\n"); }) < scaled(Millis(5000)));
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no child of ours is left
}

TEST_CASE("what a plugin answers: rows") {
  struct Row {
    std::string output;
    const char* problem;
  };
  const Row rows[] = {
      {"", "not JSON"},
      {"token", "not JSON"},
      {answer(R"("token":"t")").substr(0, 60), "not JSON"},
      {"[]", "not an ExecCredential"},
      {R"({"kind":"Pod"})", "not an ExecCredential"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}})",
       "it answered with apiVersion 'client.authentication.k8s.io/v1beta1'"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"})", "its answer has no status"},
      {answer(""), "neither a token nor a certificate"},
      {answer(R"("token":"")"), "neither a token nor a certificate"},
      {answer(R"("token":5)"), "neither a token nor a certificate"},
      {answer(R"("token":"a\r\nX-Evil: b")"), "a character that no token has"},
      {answer(R"("clientKeyData":"k")"), "must be given together"},
      {answer(R"("token":"t","clientCertificateData":"c")"), "must be given together"},
      {answer(R"("token":"t","expirationTimestamp":"soon")"), "not an RFC 3339 time"},
      {answer(R"("token":"t","expirationTimestamp":5)"), "not an RFC 3339 time"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.output);
    const auto parsed = parse_exec_credential(row.output, kVersion);
    REQUIRE_FALSE(parsed.ok());
    CHECK_THAT(parsed.error().message, Catch::Contains(row.problem));
  }
  const auto whole = parse_exec_credential(
      answer(
          R"("token":" t\n","clientCertificateData":"c","clientKeyData":"k","expirationTimestamp":"2026-11-21T10:00:00Z")"),
      kVersion);
  REQUIRE(whole.ok());
  CHECK(whole->token == "t");
  CHECK(whole->certificate.cert_pem == "c");
  CHECK(whole->certificate.key_pem == "k");
  CHECK(whole->expires == *parse_rfc3339("2026-11-21T10:00:00Z"));
  CHECK_FALSE(parse_exec_credential(answer(R"("token":"t","expirationTimestamp":null)"), kVersion)->expires);
}

TEST_CASE("a kubeconfig's plugin: told of the cluster when it wants to be, its token on each request") {
  const TemporaryFolder folder;
  folder.script("bin/plugin", "printf '%s' \"$KUBERNETES_EXEC_INFO\" >\"$1\"\nprintf '%s' \"$ANSWER\"\n");
  const auto load = [&](const std::string& more) {
    CredentialsOptions options;
    options.environment = [](const char*) { return std::string{}; };
    options.kubeconfig = folder.write(
        "config",
        "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://api:6443', certificate-authority: ca.crt, tls-server-name: "
        "n,\n"
        "  extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]}}]\n"
        "users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plugin,\n"
        "  interactiveMode: Never, args: ['" +
            (folder / "told") + "'],\n  env: [{name: ANSWER, value: '" + answer(R"("token":"secret")") + "'}]" + more +
            "}}}]\n");
    return load_credentials(options, std::make_shared<ManualClock>());
  };
  folder.write("ca.crt", "CA");
  const auto plain = load("");
  REQUIRE(plain.ok());
  CHECK(plain->transport.await_credentials(kLong).ok());
  CHECK(plain->transport.authorization() == "Bearer secret");
  CHECK(*parse_json(folder.read("told")) ==
        Json{{"apiVersion", kVersion}, {"kind", "ExecCredential"}, {"spec", {{"interactive", false}}}});
  REQUIRE(load(", provideClusterInfo: true").ok());
  CHECK(*find_at(*parse_json(folder.read("told")), {"spec", "cluster"}) == Json{{"server", "https://api:6443"},
                                                                                {"tls-server-name", "n"},
                                                                                {"certificate-authority-data", "Q0E="},
                                                                                {"config", {{"audience", "a"}}}});
}

TEST_CASE("a plugin that does not work says where it is configured, how it ended and what it said") {
  Rig rig;
  rig.folder.write("behaviour", "echo please log in >&2\nexit 3\n");
  CHECK(rig.start().error().message == "users[me].user.exec: the credential plugin '" + rig.config.command +
                                           "' ended with code 3; it said: please log in");
  rig.config.command = "aia-no-such-plugin";
  rig.config.install_hint = "Install it with: apt install plugin";
  const Status missing = rig.start();
  CHECK(missing.error().kind == ErrorKind::NotFound);
  CHECK(missing.error().message ==
        "users[me].user.exec: the credential plugin 'aia-no-such-plugin': No such file or directory. Install it with: "
        "apt install plugin");
}

TEST_CASE("run again before it expires, while the old one serves, and at once when it has expired") {
  Rig rig;
  rig.gives_until("one", std::chrono::minutes(10));
  REQUIRE(rig.start().ok());
  CHECK(rig.runs() == 1);
  rig.clock->advance(std::chrono::minutes(8));
  for (int i = 0; i < 5; ++i) CHECK(rig.plugin->await(kLong).ok());
  CHECK(rig.runs() == 1);

  rig.clock->advance(std::chrono::seconds(61));
  rig.folder.write("behaviour", "sleep 0.3\n");
  rig.gives_until("two", std::chrono::seconds(5));
  CHECK(took([&] { CHECK(rig.plugin->await(kLong).ok()); }) < scaled(Millis(250)));
  CHECK(rig.plugin->authorization() == "Bearer one");
  CHECK(eventually([&] { return rig.plugin->authorization() == "Bearer two"; }));
  CHECK(rig.runs() == 2);

  rig.clock->advance(std::chrono::seconds(6));
  rig.gives("three");
  CHECK(rig.plugin->await(kLong).ok());  // waits for it
  CHECK(rig.plugin->authorization() == "Bearer three");
  CHECK(rig.runs() == 3);
}

TEST_CASE("a refusal runs it again, once for all who were refused") {
  Rig rig;
  rig.gives("one");
  REQUIRE(rig.start().ok());
  rig.clock->advance(rig.options.pause);
  rig.gives("two");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      rig.plugin->refused();
      static_cast<void>(rig.plugin->await(kLong));
    });
  }
  threads.clear();
  CHECK(rig.plugin->authorization() == "Bearer two");
  CHECK(rig.runs() == 2);
  rig.plugin->refused();  // the new one is refused, too: it is not the plugin's fault
  CHECK(rig.plugin->await(kLong).ok());
  CHECK(rig.runs() == 2);
  rig.clock->advance(rig.options.pause);
  rig.plugin->refused();
  CHECK(rig.plugin->await(kLong).ok());
  CHECK(rig.runs() == 3);
}

TEST_CASE("while it fails the old one serves until it expires, then requests fail at once, and it is tried again") {
  Rig rig;
  rig.gives_until("one", std::chrono::minutes(5));
  REQUIRE(rig.start().ok());
  rig.folder.write("behaviour", "exit 1\n");
  rig.clock->advance(std::chrono::seconds(250));
  CHECK(rig.plugin->await(kLong).ok());
  CHECK(eventually([&] { return rig.runs() == 2; }));
  CHECK(rig.plugin->authorization() == "Bearer one");
  rig.clock->advance(std::chrono::seconds(60));
  CHECK_THAT(rig.plugin->await(kLong).error().message, Catch::Contains("ended with code 1"));
  const std::size_t before = rig.runs();
  for (int i = 0; i < 20; ++i) CHECK_FALSE(rig.plugin->await(kLong).ok());
  CHECK(rig.runs() == before);  // within the pause
  rig.folder.write("behaviour", "");
  rig.gives("new");
  rig.clock->advance(rig.options.pause);
  CHECK(rig.plugin->await(kLong).ok());
  CHECK(rig.plugin->authorization() == "Bearer new");
}

TEST_CASE("a plugin that hangs costs each request no more than it will wait, and is killed with us") {
  Rig rig;
  rig.gives_until("one", std::chrono::minutes(1));
  REQUIRE(rig.start().ok());
  rig.folder.write("behaviour", "sleep 1000\n");
  rig.clock->advance(std::chrono::minutes(2));
  for (int i = 0; i < 3; ++i) {
    const Millis waited =
        took([&] { CHECK_THAT(rig.plugin->await(Millis(100)).error().message, Catch::Contains("is still running")); });
    CHECK(waited < scaled(Millis(2000)));
  }
  CHECK(rig.runs() == 2);
  CHECK(took([&] { rig.plugin.reset(); }) < scaled(Millis(3000)));
}

TEST_CASE("credentials that have expired when they come are no reason to run it for every request") {
  Rig rig;
  rig.gives_until("late", Millis(-1000));
  REQUIRE(rig.start().ok());
  for (int i = 0; i < 5; ++i)
    CHECK_THAT(rig.plugin->await(kLong).error().message, Catch::Contains("have expired already"));
  CHECK(rig.runs() == 1);
}
