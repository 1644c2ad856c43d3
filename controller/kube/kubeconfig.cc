// See kubeconfig.h. yaml-cpp throws; nothing it throws leaves parse_kubeconfig.
#include "controller/kube/kubeconfig.h"

#include <algorithm>

#include "controller/kube/yaml_fields.h"

namespace aia::kube {
namespace {

KubeconfigCluster cluster_of(const Fields& fields) {
  KubeconfigCluster cluster;
  cluster.server = fields.text("server");
  cluster.tls.ca_file = fields.path("certificate-authority");
  cluster.tls.ca_pem = fields.data("certificate-authority-data");
  if (!cluster.tls.ca_pem.empty()) cluster.tls.ca_file.clear();  // as kubectl: data wins
  cluster.tls.server_name = fields.text("tls-server-name");
  cluster.tls.insecure_skip_verify = fields.truth("insecure-skip-tls-verify");
  fields.each("extensions", [&](const Fields& extension) {
    if (extension.text("name") == "client.authentication.k8s.io/exec")
      cluster.exec_config = extension.json("extension");
  });
  if (fields.has("proxy-url")) {
    cluster.unsupported = fields.name("proxy-url") + " is not supported: connect without a proxy";
  }
  return cluster;
}

/// As kubectl validates it, but nothing may want a terminal.
ExecConfig exec_of(const Fields& fields) {
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
  if (mode == "Always") throw Bad{own.name("interactiveMode") + " is Always: nobody sits at a controller's terminal"};
  if (mode != "Never" && mode != "IfAvailable" && !(mode.empty() && may_be_unset))
    throw Bad{own.name("interactiveMode") + " is '" + mode + "': write Never or IfAvailable"};
  return exec;
}

/// What `read` gives, or in `unsupported` why it cannot be used: what is wrong with one user is no other's problem.
template <class Read>
void read_or_say(std::string& unsupported, Read read) {
  try {
    read();
  } catch (const Bad& bad) {
    unsupported = bad.message;
  }
}

KubeconfigUser user_of(const Fields& fields) {
  KubeconfigUser user;
  user.tls.cert_file = fields.path("client-certificate");
  user.tls.cert_pem = fields.data("client-certificate-data");
  if (!user.tls.cert_pem.empty()) user.tls.cert_file.clear();
  user.tls.key_file = fields.path("client-key");
  user.tls.key_pem = fields.data("client-key-data");
  if (!user.tls.key_pem.empty()) user.tls.key_file.clear();
  user.token = fields.text("token");
  user.token_file = fields.path("tokenFile");
  const bool certificate = !user.tls.cert_file.empty() || !user.tls.cert_pem.empty();
  const bool key = !user.tls.key_file.empty() || !user.tls.key_pem.empty();
  if (certificate != key) {
    user.unsupported = fields.name(certificate ? "client-key" : "client-certificate") + " is missing beside the other";
  }
  if (fields.has("exec")) {
    read_or_say(user.unsupported, [&] { user.exec = exec_of(fields); });
    if (certificate || !user.token.empty() || !user.token_file.empty())
      user.unsupported = fields.name("exec") + " is there beside a token or certificate: remove one";
  }
  for (const char* field : {"auth-provider", "username", "password", "as", "as-groups", "as-uid"}) {
    if (fields.has(field)) {
      user.unsupported =
          fields.name(field) + " is not supported yet: use a token, tokenFile, exec or client certificate";
    }
  }
  return user;
}

Kubeconfig read(const std::string& text, const std::string& folder) {
  const YAML::Node root = YAML::Load(text);
  if (!root.IsMap()) throw Bad{"not a map at the top"};
  reject_duplicates(root);
  const Fields top(root, "kubeconfig", folder);
  if (top.text("kind") != "Config" && top.has("kind")) throw Bad{"kind is '" + top.text("kind") + "', not Config"};

  Kubeconfig config;
  config.current_context = top.text("current-context");
  const auto add = [](auto& into, const char* list, const std::string& name, auto entry) {
    if (!into.emplace(name, std::move(entry)).second) throw Bad{std::string(list) + "[" + name + "] is there twice"};
  };
  each_named(root, "clusters", "cluster", folder,
             [&](const auto& name, const Fields& f) { add(config.clusters, "clusters", name, cluster_of(f)); });
  each_named(root, "users", "user", folder,
             [&](const auto& name, const Fields& f) { add(config.users, "users", name, user_of(f)); });
  each_named(root, "contexts", "context", folder, [&](const auto& name, const Fields& f) {
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
  } catch (const YAML::Exception& exception) {
    return invalid(std::string("not YAML: ") + exception.what());
  }
}

Result<Connection> connection_of(const Kubeconfig& config, const std::string& context) {
  const std::string& name = context.empty() ? config.current_context : context;
  if (name.empty()) return invalid("current-context is empty: set it or name a context");
  const auto chosen = config.contexts.find(name);
  if (chosen == config.contexts.end()) return invalid("there is no context '" + name + "'");
  const auto cluster = config.clusters.find(chosen->second.cluster);
  if (cluster == config.clusters.end()) {
    return invalid("contexts[" + name + "].context.cluster: there is no cluster '" + chosen->second.cluster + "'");
  }
  const auto user = config.users.find(chosen->second.user);
  if (user == config.users.end() && !chosen->second.user.empty()) {
    return invalid("contexts[" + name + "].context.user: there is no user '" + chosen->second.user + "'");
  }
  if (!cluster->second.unsupported.empty()) return invalid(cluster->second.unsupported);
  if (cluster->second.server.empty()) return invalid("clusters[" + cluster->first + "].cluster.server is missing");

  Connection connection{cluster->second.server, cluster->second.tls, "", "", chosen->second.ns};
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
