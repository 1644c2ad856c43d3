// Kubeconfigs, good and bad: the connection that comes out, or the field that the message names.
#include "controller/kube/credentials/kubeconfig.h"

#include <catch2/catch.hpp>
#include <limits>

#include "controller/http/base64.h"

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

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
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
      {"exec no map", config(kServer, "exec: ''"), "users[u].user.exec is not a map"},
      {"exec of an old version beside a token",
       config(kServer, "token: t, " + exec("client.authentication.k8s.io/v1alpha1", "command: aws")),
       "users[u].user.exec.apiVersion is"},
      {"exec args as numbers", config(kServer, exec("", "command: aws, interactiveMode: Never, args: [5]")),
       "users[u].user.exec.args[] is not a string but a number"},
      {"basic", config(kServer, "username: a, password: b"), "users[u].user.password is not supported yet"},
      {"impersonation", config(kServer, "token: t, as: root"), "users[u].user.as is not supported yet"},
      {"impersonation's extras", config(kServer, "token: t, as-user-extra: {x: [z]}"),
       "users[u].user.as-user-extra is not supported yet"},
      {"proxy", config(kServer + ", proxy-url: 'socks5://me:secret@p:1080'", good_user),
       "clusters[c].cluster.proxy-url: proxy 'p:1080': its scheme is socks5, and only http proxies are supported"},
      {"proxy over TLS", config(kServer + ", proxy-url: 'https://p'", good_user),
       "clusters[c].cluster.proxy-url: proxy 'https://p': its scheme is https"},
      {"proxy without scheme", config(kServer + ", proxy-url: 'p:3128'", good_user),
       "clusters[c].cluster.proxy-url has no http:// in front"},
      {"proxy without host", config(kServer + ", proxy-url: 'http://me:secret@'", good_user),
       "it names no host and port; expected http://[user:password@]host:port"},
      {"proxy's port", config(kServer + ", proxy-url: 'http://me:secret@p:x'", good_user),
       "it names no host and port; expected http://[user:password@]host:port"},
      {"proxy's password with a slash", config(kServer + ", proxy-url: 'http://me:secret/@p'", good_user),
       "it names no host and port; expected http://[user:password@]host:port"},
      {"proxy's user", config(kServer + ", proxy-url: \"http://me\\n:secret@p\"", good_user),
       "clusters[c].cluster.proxy-url: proxy 'p': its user has a character that must be percent-encoded"},
      {"key alone", config(kServer, "client-key: k"), "users[u].user.client-certificate is missing"},
      {"certificate alone", config(kServer, "client-certificate: k"), "users[u].user.client-key is missing"},
      {"certificate alone, with a token", config(kServer, "token: t, client-certificate: k"),
       "users[u].user.client-key is missing"},
      {"truth", config(kServer + ", insecure-skip-tls-verify: 'true'", good_user),
       "clusters[c].cluster.insecure-skip-tls-verify is \"true\", neither true nor false"},
      {"compression", config(kServer + ", disable-compression: 1", good_user),
       "clusters[c].cluster.disable-compression is 1, neither true nor false"},
      {"trust nobody, trust all",
       config(kServer + ", insecure-skip-tls-verify: true, certificate-authority: ca.crt", good_user),
       "clusters[c].cluster.insecure-skip-tls-verify is true beside a certificate authority"},
      {"token is a number", config(kServer, "token: 0123"), "users[u].user.token is not a string but a number"},
      {"token is a truth value", config(kServer, "token: on"), "users[u].user.token is not a string but"},
      {"token of two lines", config(kServer, "token: \"a\\nb\""), "users[u].user.token has a character"},
      {"name is a number", "clusters: [{name: 5, cluster: {}}]", "clusters[].name is not a string"},
      {"data is a number", config(kServer + ", certificate-authority-data: 1234", good_user),
       "clusters[c].cluster.certificate-authority-data is not a string"},
      {"base64 once where twice is meant",
       config(kServer + ", certificate-authority-data: !!binary Q0E9IQ==", good_user),
       "clusters[c].cluster.certificate-authority-data is not valid base64"},
      {"!!binary", config(kServer, "token: !!binary '***'"), "users[].user.token is !!binary, but not valid base64"},
      {"!!int", config(kServer, "token: !!int x"), "users[].user.token is tagged !!int, but is none"},
      {"!!null", config(kServer, "token: !!null x"), "users[].user.token is tagged !!null, but is none"},
      {"no number", config(kServer + ", extra: .inf", good_user), "clusters[].cluster.extra is a number that JSON"},
      {"merge of a word", config("<<: x", good_user), "clusters[].cluster.<< is neither a map nor a list of maps"},
      {"merge of null", config("<<: ", good_user), "clusters[].cluster.<< is neither a map nor a list of maps"},
      {"merge of lists", config("<<: [[{server: a}]]", good_user), "clusters[].cluster.<<[] is not a map"},
      {"duplicate in what is merged", config("<<: {server: a, server: b}", good_user),
       "the key clusters[].cluster.<<.server is there twice"},
      {"duplicate beside a merge", config("<<: {server: a}, server: b, server: c", good_user),
       "the key clusters[].cluster.server is there twice"},
      {"merge of itself", "x: &x {<<: *x}", "nested too deeply at x.<<"},
      {"a list as a key", config(kServer + ", [a]: b", good_user), "a key that is not a string in clusters[].cluster"},
      {"server without scheme", config("server: '10.0.0.1:6443'", good_user),
       "clusters[c].cluster.server: URL '10.0.0.1:6443': it has no http:// or https:// in front"},
      {"no server", config("tls-server-name: x", good_user), "clusters[c].cluster.server is missing"},
      {"server not text", config("server: [a]", good_user), "clusters[c].cluster.server is not a string"},
      {"duplicate key", config(kServer + ", server: other", good_user),
       "the key clusters[].cluster.server is there twice"},
      {"duplicate top", config(kServer, good_user, "current-context: other\n"),
       "the key current-context is there twice"},
      {"not YAML", "a: [", "not YAML"},
      {"empty", "", "current-context is empty"},
      {"a comment", "# none yet\n", "current-context is empty"},
      {"an empty first document", "---\n---\n" + config(kServer, good_user), "current-context is empty"},
      {"a list", "- a", "not a map at the top"},
      {"a word", "word", "not a map at the top"},
      {"other version", "apiVersion: v2", "apiVersion is 'v2', not v1"},
      {"other kind", "kind: Pod", "kind is 'Pod', not Config"},
      {"clusters no list", "clusters: {a: b}", "clusters is not a list"},
      {"clusters no list but text", "clusters: ''", "clusters is not a list"},
      {"an entry no map", "clusters: [a]", "clusters[] is not a map"},
      {"two without a name", "clusters: [{cluster: {}}, {cluster: {}}]", "clusters[] is there twice"},
      {"two of one extension",
       config(kServer + ", extensions: [{name: client.authentication.k8s.io/exec, extension: 1}, {name: "
                        "client.authentication.k8s.io/exec, extension: 2}]",
              good_user),
       "clusters[c].cluster.extensions[].name is there twice"},
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
       "too large at f[][]"},
      {"alias bomb of text", "a: &a '" + std::string(200'000, 'x') + "'\nb: [" + repeated("*a, ", 100) + "*a]",
       "100,000 values and 16 MiB are the most, aliases followed"},
      {"merge bomb", "a: &a {" + repeated("<<: {k: v}, ", 400) + "}\nb: {<<: [" + repeated("*a, ", 400) + "*a]}",
       "too large at b.<<"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto connection = connect(row.text);
    REQUIRE_FALSE(connection.ok());
    CHECK_THAT(connection.error().message, !Catch::Contains("secret"));
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
  const std::string cluster =
      kServer +
      ", extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a, "
      "size: 5, quoted: '5', on: true, none: null, list: [x, 1.5, 0x1f, 0777, 1_000, -2, +.5, 08, 1e3, 0o17, 0b11, "
      "0x, 1:30, 2020-01-01, 18446744073709551615, -9223372036854775808, 1e400, !!str 5, !!float "
      "5, !!bool 'no', !kind 6, ! 7, Off, ~, !!binary UEVN]}}, {name: other}]";
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
  CHECK(made->exec_config == Json{{"audience", "a"},
                                  {"size", 5},
                                  {"quoted", "5"},
                                  {"true", true},  // so kubectl reads the key, too
                                  {"none", nullptr},
                                  {"list",
                                   {"x",
                                    1.5,
                                    31,
                                    511,
                                    1000,
                                    -2,
                                    0.5,
                                    8.0,
                                    1000.0,
                                    15,
                                    3,
                                    "0x",
                                    "1:30",
                                    "2020-01-01",
                                    18446744073709551615U,
                                    std::numeric_limits<std::int64_t>::min(),
                                    "1e400",
                                    "5",
                                    5,
                                    false,
                                    "6",
                                    "7",
                                    false,
                                    nullptr,
                                    "PEM"}}});
  CHECK(connect(config(kServer, exec("client.authentication.k8s.io/v1beta1", "command: a")))->exec->api_version ==
        "client.authentication.k8s.io/v1beta1");
}

TEST_CASE("every form that kubectl reads is the same connection") {
  const std::string pem = "-----BEGIN CERTIFICATE-----";
  const std::string data = http::encode_base64(pem);
  const std::string twice = http::encode_base64(data);
  const std::string cluster = "server: 'https://10.0.0.1:6443/prefix', certificate-authority-data: " + data;
  const std::string plain = config(cluster, "token: abc");
  const auto with_line_ends = [](std::string text, const std::string& end) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += end.size())
      text.replace(at, 1, end);
    return text;
  };
  struct Row {
    const char* what;
    std::string text;
  };
  const Row rows[] = {
      {"plain", plain},
      {"CRLF", with_line_ends(plain, "\r\n")},
      {"a byte order mark", "\xef\xbb\xbf" + plain},
      {"JSON",
       R"({"current-context":"main","clusters":[{"name":"c","cluster":{"server":"https://10.0.0.1:6443/prefix",)"
       R"("certificate-authority-data":")" +
           data +
           R"("}}],"users":[{"name":"u","user":{"token":"abc"}}],)"
           R"("contexts":[{"name":"main","context":{"cluster":"c","user":"u","namespace":"serving"}}]})"},
      {"the first of several documents", "%YAML 1.1\n# mine\n---\n" + plain + "---\ncurrent-context: other\n"},
      {"an end", plain + "...\n"},
      {"no kind, no version", plain.substr(plain.find("current-context"))},
      {"kind of null", "kind: ~\napiVersion:\n" + plain.substr(plain.find("current-context"))},
      {"base64 in lines", config("server: 'https://10.0.0.1:6443/prefix', certificate-authority-data: \"" +
                                     data.substr(0, 8) + "\\n" + data.substr(8) + "\\n\"",
                                 "token: abc")},
      {"!!binary", config("server: !!binary " + http::encode_base64("https://10.0.0.1:6443/prefix") +
                              ", certificate-authority-data: !!binary " + twice,
                          "token: !!binary YWJj")},
      {"!!str", config(cluster, "token: !!str abc, username: !!null ~, as-groups: [], exec: null")},
      {"a verbatim tag", config(cluster, "token: !<tag:yaml.org,2002:str> abc")},
      {"nulls", config(cluster + ", proxy-url: , tls-server-name: null, insecure-skip-tls-verify: ~, extensions: ",
                       "token: abc, tokenFile: ~, client-key-data: Null")},
      {"white space about the token", config(cluster, "token: ' abc '")},
      {"fields that nobody knows", config(cluster + ", Server: x, colour: {a: [1]}", "token: abc, Token: x")},
      {"truth", config(cluster + ", insecure-skip-tls-verify: off, disable-compression: Yes", "token: abc")},
      {"an alias", "x: &ca " + data + "\n" +
                       config("server: 'https://10.0.0.1:6443/prefix', certificate-authority-data: *ca", "token: abc")},
      {"a merge", "x: &x {" + cluster + "}\n" + config("<<: *x", "token: abc")},
      {"a merge with a tag", "x: &x {" + cluster + "}\n" + config("!!merge '<<': *x", "token: abc")},
      {"a merge in place", config("<<: {" + cluster + "}", "token: abc")},
      {"a merge of a merge", "x: &x {" + cluster + "}\nz: &z {<<: *x}\n" + config("<<: *z", "token: abc")},
      {"what is written behind a merge wins",
       "x: &x {" + cluster + "}\n" + config("<<: {server: other}, " + cluster, "token: abc")},
      {"so does a merge behind what is written, as kubectl has it",
       "x: &x {" + cluster + "}\n" + config("server: other, <<: *x", "token: abc")},
      {"of a list of maps the first", "x: &x {" + cluster + "}\n" + config("<<: [*x, {server: other}]", "token: abc")},
      {"of two merges the last", "x: &x {" + cluster + "}\n" + config("<<: {server: other}, <<: *x", "token: abc")},
      {"a merge in an entry", "x: &x {user: {token: abc}}\ncurrent-context: main\nclusters: [{name: c, cluster: {" +
                                  cluster +
                                  "}}]\nusers: [{<<: *x, name: u}]\ncontexts: [{name: main, context: "
                                  "{cluster: c, user: u, namespace: serving}}]\n"},
      {"no names", "current-context: main\nclusters: [{cluster: {" + cluster +
                       "}}]\nusers: [{user: {token: abc}}]\ncontexts: [{name: main, context: {namespace: serving}}]\n"},
      {"not even a context's", "clusters: [{cluster: {" + cluster +
                                   "}}]\nusers: [{user: {token: abc}}]\ncontexts: [{context: {namespace: serving}}]\n"},
      {"an empty entry beside it", plain + "- null\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto made = connect(row.text);
    CAPTURE(made.ok() ? "" : made.error().message);
    REQUIRE(made.ok());
    CHECK(made->server == "https://10.0.0.1:6443/prefix");
    CHECK(made->tls.ca_pem == pem);
    CHECK(made->token == "abc");
    CHECK(made->ns == "serving");
    CHECK_FALSE(made->tls.insecure_skip_verify);
    CHECK(made->proxy_url.empty());
    CHECK_FALSE(made->exec);
  }
  CHECK(connect(config("'<<': {server: 'https://x'}", "token: t")).error().message ==
        "kubeconfig: clusters[c].cluster.server is missing");  // in quotes it is a key like any other
  for (const char* truth : {"on", "TRUE", "Yes", "y", "!!bool 'true'"}) {
    CAPTURE(truth);
    const auto made = connect(config(kServer + ", insecure-skip-tls-verify: " + truth, "token: n"));
    REQUIRE(made.ok());
    CHECK(made->tls.insecure_skip_verify);
    CHECK(made->token == "n");
  }
}

TEST_CASE("who we are, when a user says it twice: as kubectl decides it") {
  const std::string plugin = exec("", "command: aws, interactiveMode: Never");
  const auto made = [&](const std::string& user) {
    const auto connection = connect(config(kServer, user));
    INFO(user << (connection ? "" : connection.error().message));
    REQUIRE(connection.ok());
    return *connection;
  };
  CHECK(made(plugin).exec);
  CHECK(made("token: '', " + plugin).exec);
  CHECK_FALSE(made("token: t, " + plugin).exec);
  CHECK(made("token: t, " + plugin).token == "t");
  CHECK_FALSE(made("tokenFile: t, " + plugin).exec);
  CHECK_FALSE(made("client-certificate: c, client-key: k, " + plugin).exec);
  CHECK_FALSE(made("token: t, " + exec("", "command: aws, interactiveMode: Always")).exec);
  CHECK(made("client-key: k, " + plugin).exec);  // a key alone is no certificate
  CHECK(made("client-key: k, token: t").tls.key_file.empty());
  CHECK(made("client-certificate: c, client-key: k, token: t").tls.key_file == "/home/me/.kube/k");
}

TEST_CASE("a cluster's proxy is handed on as it is, and a wrong one ends nothing where it is not used") {
  const auto proxy = [](const std::string& url) {
    const auto made = connect(config(kServer + ", proxy-url: '" + url + "'", "token: t"));
    return made ? made->proxy_url : made.error().message;
  };
  CHECK(proxy("").empty());
  CHECK(proxy("http://proxy") == "http://proxy");
  CHECK(proxy("http://me@[fd00::1]:3128") == "http://me@[fd00::1]:3128");
  const auto unused = parse_kubeconfig(
      "x: &far {name: far, cluster: {server: 'https://far', proxy-url: 'socks5://p'}}\n" +
          config(kServer + "}\n- <<: *far\n- name: near\n  cluster: {server: 'https://near'", "token: t"),
      "");
  REQUIRE(unused.ok());  // what is wrong with one cluster is no other's problem
  CHECK(connection_of(*unused, "").ok());
  CHECK(unused->clusters.at("far").unsupported.starts_with(
      "clusters[far].cluster.proxy-url: proxy 'socks5://p': its scheme"));
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
    CHECK(http::decode_base64(row.text) == std::string(row.decoded));
    if (std::string(row.text).find(' ') == std::string::npos) CHECK(http::encode_base64(row.decoded) == row.text);
  }
  for (const char* text : {"Z", "Zg", "Zg=", "====", "Z===", "Zg==Zg==", "Zm9-", "Zm9v!", "=Zg="}) {
    CAPTURE(text);
    CHECK_FALSE(http::decode_base64(text));
  }
}
