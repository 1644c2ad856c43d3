// See kubeconfig.h. yaml-cpp throws; nothing it throws leaves parse_kubeconfig.
#include "controller/kube/kubeconfig.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "controller/kube/base64.h"

namespace aia::kube {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxNodes = 100'000;

struct Bad {  // thrown and caught in this file only, like yaml-cpp's own
  std::string message;
};

/// yaml-cpp keeps the first of two equal keys silently, and follows aliases for ever if asked to.
void reject_duplicates(const YAML::Node& node, const std::string& where, int depth, int& nodes) {
  if (depth > kMaxDepth || ++nodes > kMaxNodes) throw Bad{"nested too deeply or too large at " + where};
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) reject_duplicates(item, where + "[]", depth + 1, nodes);
  }
  if (!node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) throw Bad{"a key that is not a string in " + where};
    const std::string path = where.empty() ? entry.first.Scalar() : where + "." + entry.first.Scalar();
    if (!seen.insert(entry.first.Scalar()).second) throw Bad{"the key " + path + " is there twice"};
    reject_duplicates(entry.second, path, depth + 1, nodes);
  }
}

/// One map of the file, its fields read with the path that messages name ("clusters[prod].server").
class Fields {
 public:
  Fields(YAML::Node node, std::string where, std::string folder)
      : node_(std::move(node)), where_(std::move(where)), folder_(std::move(folder)) {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) throw Bad{where_ + " is not a map"};
  }

  [[nodiscard]] std::string text(const char* key) const {
    const YAML::Node at = get(key);
    if (!at.IsDefined() || at.IsNull()) return "";
    if (!at.IsScalar()) throw Bad{name(key) + " is not a string"};
    return at.Scalar();
  }

  [[nodiscard]] bool truth(const char* key) const {
    const std::string value = text(key);
    if (value == "true") return true;
    if (value.empty() || value == "false") return false;
    throw Bad{name(key) + " is '" + value + "', neither true nor false"};
  }

  [[nodiscard]] std::string path(const char* key) const {
    const std::string value = text(key);
    return value.empty() || value.front() == '/' || folder_.empty() ? value : folder_ + "/" + value;
  }

  [[nodiscard]] std::string data(const char* key) const {
    const std::string value = text(key);
    const std::optional<std::string> decoded = decode_base64(value);
    if (!decoded) throw Bad{name(key) + " is not valid base64"};
    return *decoded;
  }

  [[nodiscard]] bool has(const char* key) const {
    const YAML::Node at = get(key);
    return at.IsDefined() && !at.IsNull() && !(at.IsScalar() && at.Scalar().empty());
  }

  [[nodiscard]] std::string name(const char* key) const { return where_ + "." + key; }

 private:
  [[nodiscard]] YAML::Node get(const char* key) const {
    return node_.IsDefined() && node_.IsMap() ? node_[key] : YAML::Node(YAML::NodeType::Undefined);
  }

  YAML::Node node_;
  std::string where_, folder_;
};

/// Calls visit(name, fields of `inner`) for each named entry of a list ("clusters", "cluster").
template <class Visit>
void each_named(const YAML::Node& root, const char* list, const char* inner, const std::string& folder, Visit visit) {
  const YAML::Node entries = root[list];
  if (!entries.IsDefined() || entries.IsNull()) return;
  if (!entries.IsSequence()) throw Bad{std::string(list) + " is not a list"};
  for (const YAML::Node& entry : entries) {
    const std::string name = Fields(entry, list, folder).text("name");
    if (name.empty()) throw Bad{std::string(list) + "[].name is missing"};
    const YAML::Node fields = entry[inner];
    visit(name, Fields(fields, std::string(list) + "[" + name + "]." + inner, folder));
  }
}

KubeconfigCluster cluster_of(const Fields& fields) {
  KubeconfigCluster cluster;
  cluster.server = fields.text("server");
  cluster.tls.ca_file = fields.path("certificate-authority");
  cluster.tls.ca_pem = fields.data("certificate-authority-data");
  if (!cluster.tls.ca_pem.empty()) cluster.tls.ca_file.clear();  // as kubectl: data wins
  cluster.tls.server_name = fields.text("tls-server-name");
  cluster.tls.insecure_skip_verify = fields.truth("insecure-skip-tls-verify");
  if (fields.has("proxy-url")) {
    cluster.unsupported = fields.name("proxy-url") + " is not supported: connect without a proxy";
  }
  return cluster;
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
  for (const char* field : {"exec", "auth-provider", "username", "password", "as", "as-groups", "as-uid"}) {
    if (fields.has(field)) {
      user.unsupported = fields.name(field) + " is not supported yet: use a token, tokenFile or client certificate";
    }
  }
  return user;
}

Kubeconfig read(const std::string& text, const std::string& folder) {
  const YAML::Node root = YAML::Load(text);
  if (!root.IsMap()) throw Bad{"not a map at the top"};
  int nodes = 0;
  reject_duplicates(root, "", 0, nodes);
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
  return connection;
}

}  // namespace aia::kube
