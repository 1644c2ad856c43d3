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

const std::string kServer = "server: 'https://10.0.0.1:6443/prefix'";

}  // namespace

TEST_CASE("certificates, tokens and names come through; data wins over files; paths are relative to the file") {
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
      {"exec", config(kServer, "exec: {command: aws}"), "users[u].user.exec is not supported yet"},
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
  const std::string text = config(kServer, "token: t") + "- name: other\n  context: {cluster: c, user: x}\n";
  const auto with_exec = parse_kubeconfig(text, "");
  REQUIRE(with_exec.ok());
  Kubeconfig both = *with_exec;
  both.users["x"].unsupported = "users[x].user.exec is not supported yet";
  CHECK(connection_of(both, "").ok());
  CHECK_FALSE(connection_of(both, "other").ok());
  CHECK(connection_of(both, "nowhere").error().message == "kubeconfig: there is no context 'nowhere'");
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
  }
  for (const char* text : {"Z", "Zg", "Zg=", "====", "Z===", "Zg==Zg==", "Zm9-", "Zm9v!", "=Zg="}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text));
  }
}
