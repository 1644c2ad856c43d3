// Kubeconfigs, good and bad: the connection that comes out, or the field that the message names.
#include "controller/kube/kubeconfig.h"

#include <catch2/catch.hpp>

#include "controller/kube/base64.h"

using namespace aia;
using namespace aia::kube;

namespace {

std::string config(const std::string& cluster, const std::string& user, const std::string& top = "") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: main\n" + top + "clusters:\n- name: c\n  cluster: {" +
         cluster + "}\n" + "users:\n- name: u\n  user: {" + user + "}\n" +
         "contexts:\n- name: main\n  context: {cluster: c, user: u, namespace: serving}\n";
}

Result<Connection> connect(const std::string& text, const std::string& context = "") {
  const Result<Kubeconfig> parsed = parse_kubeconfig(text, "/home/me/.kube");
  if (!parsed) return parsed.error();
  return connection_of(*parsed, context);
}

std::string exec(const std::string& version, const std::string& rest) {
  return "exec: {apiVersion: " + (version.empty() ? "client.authentication.k8s.io/v1" : version) + ", " + rest + "}";
}

const std::string kServer = "server: 'https://10.0.0.1:6443/prefix'";

}  // namespace

TEST_CASE("certificates, tokens and names come through, data wins over files, paths are relative to the file") {
  const auto by_file = connect(config(kServer + ", certificate-authority: ca.crt, tls-server-name: api",
                                      "client-certificate: me.crt, client-key: /abs/me.key"));
  REQUIRE(by_file.ok());
  CHECK(by_file->server == "https://10.0.0.1:6443/prefix");
  CHECK(by_file->ns == "serving");
  CHECK(by_file->tls.ca_file == "/home/me/.kube/ca.crt");
  CHECK(by_file->tls.cert_file == "/home/me/.kube/me.crt");
  CHECK(by_file->tls.key_file == "/abs/me.key");
  CHECK(by_file->tls.server_name == "api");
  CHECK_FALSE(by_file->tls.insecure_skip_verify);

  const auto by_data = connect(config(kServer + ", certificate-authority: ca.crt, certificate-authority-data: Q0E=",
                                      "client-certificate-data: Q1JU, client-key-data: S0VZ, token: abc"));
  REQUIRE(by_data.ok());
  CHECK(by_data->tls.ca_pem == "CA");
  CHECK(by_data->tls.ca_file.empty());
  CHECK(by_data->tls.cert_pem == "CRT");
  CHECK(by_data->tls.key_pem == "KEY");
  CHECK(by_data->token == "abc");

  const auto token_file = connect(config(kServer + ", insecure-skip-tls-verify: true", "tokenFile: t"));
  REQUIRE(token_file.ok());
  CHECK(token_file->token_file == "/home/me/.kube/t");
  CHECK(token_file->tls.insecure_skip_verify);
}

TEST_CASE("what is wrong is named") {
  struct Row {
    const char* what;
    std::string text;
    const char* message;
  };
  const std::string good_user = "token: t";
  const Row rows[] = {
      {"base64", config(kServer + ", certificate-authority-data: '***'", good_user),
       "clusters[c].cluster.certificate-authority-data is not valid base64"},
      {"base64 key", config(kServer, "client-certificate-data: Q1JU, client-key-data: Q"),
       "users[u].user.client-key-data is not valid base64"},
      {"exec without version", config(kServer, "exec: {command: aws}"), "users[u].user.exec.apiVersion is ''"},
      {"exec of an old version", config(kServer, exec("client.authentication.k8s.io/v1alpha1", "command: aws")),
       "users[u].user.exec.apiVersion is 'client.authentication.k8s.io/v1alpha1': write "
       "client.authentication.k8s.io/v1"},
      {"exec without command", config(kServer, exec("", "interactiveMode: Never")),
       "users[u].user.exec.command is missing"},
      {"exec without mode", config(kServer, exec("", "command: aws")),
       "users[u].user.exec.interactiveMode is '': write Never or IfAvailable"},
      {"exec at a terminal", config(kServer, exec("", "command: aws, interactiveMode: Always")),
       "users[u].user.exec.interactiveMode is Always"},
      {"exec env", config(kServer, exec("", "command: aws, interactiveMode: Never, env: [{value: x}]")),
       "users[u].user.exec.env[].name is missing"},
      {"exec args", config(kServer, exec("", "command: aws, interactiveMode: Never, args: {a: b}")),
       "users[u].user.exec.args is not a list"},
      {"exec and token", config(kServer, "token: t, " + exec("", "command: aws, interactiveMode: Never")),
       "users[u].user.exec is there beside a token"},
      {"basic", config(kServer, "username: a, password: b"), "users[u].user.password is not supported yet"},
      {"impersonation", config(kServer, "token: t, as: root"), "users[u].user.as is not supported yet"},
      {"proxy", config(kServer + ", proxy-url: 'http://p'", good_user),
       "clusters[c].cluster.proxy-url is not supported"},
      {"key alone", config(kServer, "client-key: k"), "users[u].user.client-certificate is missing"},
      {"certificate alone", config(kServer, "client-certificate: k"), "users[u].user.client-key is missing"},
      {"truth", config(kServer + ", insecure-skip-tls-verify: on", good_user),
       "clusters[c].cluster.insecure-skip-tls-verify is 'on', neither true nor false"},
      {"no server", config("tls-server-name: x", good_user), "clusters[c].cluster.server is missing"},
      {"server not text", config("server: [a]", good_user), "clusters[c].cluster.server is not a string"},
      {"duplicate key", config(kServer + ", server: other", good_user),
       "the key clusters[].cluster.server is there twice"},
      {"duplicate top", config(kServer, good_user, "current-context: other\n"),
       "the key current-context is there twice"},
      {"not YAML", "a: [", "not YAML"},
      {"empty", "", "not a map at the top"},
      {"a list", "- a", "not a map at the top"},
      {"other kind", "kind: Pod", "kind is 'Pod', not Config"},
      {"clusters no list", "clusters: {a: b}", "clusters is not a list"},
      {"no name", "clusters: [{cluster: {}}]", "clusters[].name is missing"},
      {"cluster no map", "clusters: [{name: a, cluster: 5}]", "clusters[a].cluster is not a map"},
      {"twice by name", "clusters: [{name: a, cluster: {}}, {name: a, cluster: {}}]", "clusters[a] is there twice"},
      {"no current", "kind: Config", "current-context is empty"},
      {"no such context", "current-context: x", "there is no context 'x'"},
      {"no such cluster", "current-context: x\ncontexts: [{name: x, context: {cluster: y}}]",
       "contexts[x].context.cluster: there is no cluster 'y'"},
      {"no such user",
       "current-context: x\ncontexts: [{name: x, context: {cluster: y, user: z}}]\nclusters: [{name: y, cluster: "
       "{server: s}}]",
       "contexts[x].context.user: there is no user 'z'"},
      {"an alias of itself", "a: &x [*x]", "kubeconfig: "},
      {"alias bomb",
       "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
       "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
       "nested too deeply or too large"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto connection = connect(row.text);
    REQUIRE_FALSE(connection.ok());
    CHECK(connection.error().kind == ErrorKind::Invalid);
    CHECK_THAT(connection.error().message, Catch::Contains(row.message));
  }
}

TEST_CASE("only what is used must be supported: another user's exec is no error") {
  const std::string text = config(kServer, "token: t}\n- name: x\n  user: {" + exec("", "command: aws")) +
                           "- name: other\n  context: {cluster: c, user: x}\n";
  const auto both_or = parse_kubeconfig(text, "");
  REQUIRE(both_or.ok());
  const Kubeconfig& both = *both_or;
  CHECK(connection_of(both, "").ok());
  CHECK_FALSE(connection_of(both, "other").ok());
  CHECK(connection_of(both, "nowhere").error().message == "kubeconfig: there is no context 'nowhere'");
}

TEST_CASE("exec: where the command lies, what it is given, and the cluster's word to it") {
  const std::string cluster = kServer +
                              ", extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a, "
                              "n: 5, quoted: '5', yes: true, none: null, list: [x, 1.5]}}, {name: other}]";
  const std::string rest =
      "interactiveMode: IfAvailable, args: [get, --x=1], env: [{name: A, value: b}, {name: E}], installHint: hint, "
      "provideClusterInfo: true, command: ";
  const auto command = [&](const std::string& name) {
    const auto made = connect(config(cluster, exec("", rest + name)));
    return made ? made->exec->command : made.error().message;
  };
  CHECK(command("aws") == "aws");
  CHECK(command("bin/aws") == "/home/me/.kube/bin/aws");
  CHECK(command("./aws") == "/home/me/.kube/./aws");
  CHECK(command("/opt/aws") == "/opt/aws");
  const auto made = connect(config(cluster, exec("", rest + "aws")));
  REQUIRE(made.ok());
  CHECK(made->exec->where == "users[u].user.exec");
  CHECK(made->exec->arguments == std::vector<std::string>{"get", "--x=1"});
  CHECK(made->exec->environment == std::vector<std::pair<std::string, std::string>>{{"A", "b"}, {"E", ""}});
  CHECK(made->exec->install_hint == "hint");
  CHECK(made->exec->provide_cluster_info);
  CHECK(made->exec_config ==
        Json{{"audience", "a"}, {"n", 5}, {"quoted", "5"}, {"yes", true}, {"none", nullptr}, {"list", {"x", 1.5}}});
  CHECK(connect(config(kServer, exec("client.authentication.k8s.io/v1beta1", "command: a")))->exec->api_version ==
        "client.authentication.k8s.io/v1beta1");
}

TEST_CASE("of several files the first that says something wins") {
  Kubeconfig first = *parse_kubeconfig("current-context: a", "");
  first.merge(*parse_kubeconfig(config(kServer, "token: second", ""), ""));
  first.merge(*parse_kubeconfig(config("server: third", "token: third", ""), ""));
  CHECK(first.current_context == "a");
  CHECK(connection_of(first, "main")->token == "second");
}

TEST_CASE("base64: RFC 4648 test vectors, white space, and what is none") {
  struct Row {
    const char* text;
    const char* decoded;
  };
  for (const Row& row : {Row{"", ""},
                         {"Zg==", "f"},
                         {"Zm8=", "fo"},
                         {"Zm9v", "foo"},
                         {"Zm9vYg==", "foob"},
                         {"Zm9vYmE=", "fooba"},
                         {"Zm9vYmFy", "foobar"},
                         {" Zm9v\nYmFy ", "foobar"}}) {
    CAPTURE(row.text);
    CHECK(decode_base64(row.text) == std::string(row.decoded));
    if (std::string(row.text).find(' ') == std::string::npos) CHECK(encode_base64(row.decoded) == row.text);
  }
  for (const char* text : {"Z", "Zg", "Zg=", "====", "Z===", "Zg==Zg==", "Zm9-", "Zm9v!", "=Zg="}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text));
  }
}
