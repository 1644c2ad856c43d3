// Reads the fields through Fields, which throws Bad for a fault in a field. parse_kubeconfig catches every Bad, so no
// exception leaves this file. Faults in proxy-url and exec, and fields that we do not support, are kept as
// `unsupported` and reported only when a context uses the entry.
#include "controller/kube/credentials/kubeconfig.h"

#include <algorithm>

#include "controller/http/proxy.h"
#include "controller/kube/credentials/secret_files.h"
#include "controller/kube/credentials/yaml_fields.h"

namespace aia::kube {
namespace {

/// Runs `read` and keeps the fault that `read` throws in `unsupported`, so that a faulty entry affects no context
/// without the entry.
template <class Read>
void read_or_say(std::string& unsupported, Read read) {
  try {
    read();
  } catch (const Bad& bad) {
    unsupported = bad.message;
  }
}

/// The value for TransportOptions::proxy; empty: none. Messages never contain the proxy's password.
std::string proxy_of(const Fields& fields) {
  const std::string url = fields.text("proxy-url");
  if (url.empty()) return "";
  const std::string name = fields.name("proxy-url");
  if (url.find("://") == std::string::npos) throw Bad{name + " has no http:// in front"};
  const Result<http::Proxy> proxy = http::parse_proxy(url);
  if (!proxy) throw Bad{name + ": " + proxy.error().message};
  return url;
}

KubeconfigCluster cluster_of(const Fields& fields) {
  KubeconfigCluster cluster;
  cluster.server = fields.text("server");
  cluster.tls.ca_file = fields.path("certificate-authority");
  cluster.tls.ca_pem = fields.data("certificate-authority-data");
  if (!cluster.tls.ca_pem.empty()) cluster.tls.ca_file.clear();  // as documented: the data override the file
  cluster.tls.server_name = fields.text("tls-server-name");
  cluster.tls.insecure_skip_verify = fields.truth("insecure-skip-tls-verify");
  (void)fields.truth("disable-compression");  // no effect: we never ask for compressed answers
  fields.each("extensions", [&](const Fields& extension) {
    if (extension.text("name") != "client.authentication.k8s.io/exec") return;
    if (!cluster.exec_config.is_null()) throw Bad{extension.name("name") + " is there twice"};
    cluster.exec_config = extension.json("extension");
  });
  read_or_say(cluster.unsupported, [&] { cluster.proxy_url = proxy_of(fields); });
  if (cluster.tls.insecure_skip_verify && !(cluster.tls.ca_file.empty() && cluster.tls.ca_pem.empty()))
    cluster.unsupported =
        fields.name("insecure-skip-tls-verify") + " is true beside a certificate authority: remove one";
  return cluster;
}

/// Validates as kubectl does. A plugin that is `used` must not require a terminal, either.
ExecConfig exec_of(const Fields& fields, bool used) {
  ExecConfig exec;
  exec.where = fields.name("exec");
  const Fields own = fields.map("exec");
  exec.api_version = own.text("apiVersion");
  if (std::find(std::begin(kExecApiVersions), std::end(kExecApiVersions), exec.api_version) ==
      std::end(kExecApiVersions)) {
    throw Bad{own.name("apiVersion") + " is '" + exec.api_version + "': write " + kExecApiVersions[0]};
  }
  exec.command = own.text("command");
  if (exec.command.empty()) throw Bad{own.name("command") + " is missing"};
  if (exec.command.find('/') != std::string::npos) exec.command = own.path("command");
  exec.arguments = own.texts("args");
  own.each("env", [&](const Fields& variable) {
    if (variable.text("name").empty()) throw Bad{variable.name("name") + " is missing"};
    exec.environment.emplace_back(variable.text("name"), variable.text("value"));
  });
  exec.install_hint = own.text("installHint");
  exec.provide_cluster_info = own.truth("provideClusterInfo");
  const std::string mode = own.text("interactiveMode");
  const bool may_be_unset = exec.api_version == kExecApiVersions[1];
  if (mode == "Always" && used)
    throw Bad{own.name("interactiveMode") + " is Always: nobody sits at a controller's terminal"};
  if (mode != "Never" && mode != "IfAvailable" && mode != "Always" && !(mode.empty() && may_be_unset))
    throw Bad{own.name("interactiveMode") + " is '" + mode + "': write Never or IfAvailable"};
  return exec;
}

/// The last unsupported field in use; nullptr: none.
const char* unsupported_in(const Fields& fields) {
  const char* found = nullptr;
  for (const char* field : {"auth-provider", "username", "password", "as", "as-groups", "as-uid", "as-user-extra"}) {
    if (fields.has(field)) found = field;
  }
  return found;
}

/// The client certificate and its key. As in kubectl, data wins over files, and a key alone is ignored.
http::TlsOptions certificate_of(const Fields& fields) {
  http::TlsOptions tls;
  tls.cert_file = fields.path("client-certificate");
  tls.cert_pem = fields.data("client-certificate-data");
  if (!tls.cert_pem.empty()) tls.cert_file.clear();
  tls.key_file = fields.path("client-key");
  tls.key_pem = fields.data("client-key-data");
  if (!tls.key_pem.empty()) tls.key_file.clear();
  return tls;
}

KubeconfigUser user_of(const Fields& fields) {
  KubeconfigUser user;
  user.tls = certificate_of(fields);
  user.token = trim(fields.text("token"));
  user.token_file = fields.path("tokenFile");
  const auto given = [](const std::string& text, const std::string& file) { return !text.empty() || !file.empty(); };
  const bool token = given(user.token, user.token_file);
  const bool certificate = given(user.tls.cert_pem, user.tls.cert_file);
  const bool key = given(user.tls.key_pem, user.tls.key_file);
  const bool exec = !fields.map("exec").empty();
  if (certificate && !key) user.unsupported = fields.name("client-key") + " is missing beside client-certificate";
  if (key && !certificate) {
    user.tls = {};
    if (!token && !exec) user.unsupported = fields.name("client-certificate") + " is missing beside client-key";
  }
  if (!user.token.empty() && !is_token(user.token))
    user.unsupported = fields.name("token") + " has a character that cannot stand in a header";
  // As in kubectl, a token or a certificate replaces the plugin, but its entry must still be valid.
  const bool run = !token && !certificate;
  if (exec) {
    read_or_say(user.unsupported, [&] {
      ExecConfig plugin = exec_of(fields, run);
      if (run) user.exec = std::move(plugin);
    });
  }
  if (const char* field = unsupported_in(fields))
    user.unsupported = fields.name(field) + " is not supported yet: use a token, tokenFile, exec or client certificate";
  return user;
}

Kubeconfig read(const std::string& text, const std::string& folder) {
  const Json root = yaml_to_json(text);
  if (!root.is_null() && !root.is_object()) throw Bad{"not a map at the top"};
  const Fields top(root, "", folder);
  if (top.has("kind") && top.text("kind") != "Config") throw Bad{"kind is '" + top.text("kind") + "', not Config"};
  if (top.has("apiVersion") && top.text("apiVersion") != "v1")
    throw Bad{"apiVersion is '" + top.text("apiVersion") + "', not v1"};

  Kubeconfig config;
  config.current_context = top.text("current-context");
  const auto add = [](auto& into, const char* list, const std::string& name, auto entry) {
    if (!into.emplace(name, std::move(entry)).second) throw Bad{std::string(list) + "[" + name + "] is there twice"};
  };
  top.each_named("clusters", "cluster",
                 [&](const auto& name, const Fields& f) { add(config.clusters, "clusters", name, cluster_of(f)); });
  top.each_named("users", "user",
                 [&](const auto& name, const Fields& f) { add(config.users, "users", name, user_of(f)); });
  top.each_named("contexts", "context", [&](const auto& name, const Fields& f) {
    add(config.contexts, "contexts", name, KubeconfigContext{f.text("cluster"), f.text("user"), f.text("namespace")});
  });
  return config;
}

Error invalid(std::string message) {
  return {ErrorKind::Invalid, "kubeconfig: " + std::move(message), {}};
}

}  // namespace

void Kubeconfig::merge(const Kubeconfig& later) {
  if (current_context.empty()) current_context = later.current_context;
  clusters.insert(later.clusters.begin(), later.clusters.end());
  users.insert(later.users.begin(), later.users.end());
  contexts.insert(later.contexts.begin(), later.contexts.end());
}

Result<Kubeconfig> parse_kubeconfig(const std::string& text, const std::string& folder) {
  try {
    return read(text, folder);
  } catch (const Bad& bad) {
    return invalid(bad.message);
  }
}

Result<Connection> connection_of(const Kubeconfig& config, const std::string& context) {
  const std::string& name = context.empty() ? config.current_context : context;
  const auto chosen = config.contexts.find(name);
  if (chosen == config.contexts.end()) {
    if (name.empty()) return invalid("current-context is empty: set it or name a context");
    return invalid("there is no context '" + name + "'");
  }
  const auto cluster = config.clusters.find(chosen->second.cluster);
  if (cluster == config.clusters.end()) {
    return invalid("contexts[" + name + "].context.cluster: there is no cluster '" + chosen->second.cluster + "'");
  }
  const auto user = config.users.find(chosen->second.user);
  if (user == config.users.end() && !chosen->second.user.empty()) {
    return invalid("contexts[" + name + "].context.user: there is no user '" + chosen->second.user + "'");
  }
  if (!cluster->second.unsupported.empty()) return invalid(cluster->second.unsupported);
  const std::string server = "clusters[" + cluster->first + "].cluster.server";
  if (cluster->second.server.empty()) return invalid(server + " is missing");
  if (const auto url = http::parse_base_url(cluster->second.server); !url)
    return invalid(url.error().in(server).message);

  Connection connection{cluster->second.server, cluster->second.proxy_url, cluster->second.tls, "", "",
                        chosen->second.ns};
  if (user == config.users.end()) return connection;
  if (!user->second.unsupported.empty()) return invalid(user->second.unsupported);
  connection.token = user->second.token;
  connection.token_file = user->second.token_file;
  connection.tls.cert_file = user->second.tls.cert_file;
  connection.tls.cert_pem = user->second.tls.cert_pem;
  connection.tls.key_file = user->second.tls.key_file;
  connection.tls.key_pem = user->second.tls.key_pem;
  connection.exec = user->second.exec;
  connection.exec_config = cluster->second.exec_config;
  return connection;
}

}  // namespace aia::kube
