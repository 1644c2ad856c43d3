// Tries an explicit kubeconfig, $KUBECONFIG, the pod's ServiceAccount and ~/.kube/config, in this order, and uses the
// first source that exists. Files of $KUBECONFIG are merged, and missing files among them are skipped, as in kubectl.
#include "controller/kube/credentials/credentials.h"

#include <vector>

#include "controller/http/proxy.h"
#include "controller/kube/credentials/secret_files.h"

namespace aia::kube {
namespace {

using SharedClock = std::shared_ptr<const ports::Clock>;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::vector<std::string> split_paths(const std::string& text) {
  std::vector<std::string> paths;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(':', start), text.size());
    if (end > start) paths.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return paths;
}

/// Starts the credential plugin of a kubeconfig's user, which runs once.
Result<std::shared_ptr<ExecPlugin>> plugin_of(const Connection& connection, const ExecPluginOptions& options,
                                              SharedClock clock) {
  ExecCluster cluster{connection.server, connection.tls.server_name, connection.tls.insecure_skip_verify,
                      connection.tls.ca_pem, connection.exec_config};
  if (connection.exec->provide_cluster_info && cluster.ca_pem.empty() && !connection.tls.ca_file.empty()) {
    const Result<std::string> ca = read_file(connection.tls.ca_file);
    if (!ca) return ca.error();
    cluster.ca_pem = *ca;
  }
  return ExecPlugin::start(*connection.exec, exec_info(*connection.exec, cluster), std::move(clock), options);
}

void use(http::TransportOptions& transport, const std::shared_ptr<ExecPlugin>& plugin) {
  transport.await_credentials = [plugin](Millis longest) { return plugin->await(longest); };
  transport.authorization = [plugin] { return plugin->authorization(); };
  transport.on_unauthorized = [plugin] { plugin->refused(); };
  transport.tls.client_certificate = [plugin] { return plugin->certificate(); };
}

/// Reads are tried up to four times within their deadline, 250 ms to 2 s apart, so that an API server that restarts or
/// sheds load costs a moment and not the cycle.
constexpr int kAttempts = 4;

/// The limit of one answer: an object, or a page of 500 small objects. Lists of kinds that any user may create are
/// streamed (list.h).
constexpr std::size_t kMostBodyBytes = 32U << 20U;

/// The limit of all answers of a batch together: as many objects as are requested side by side (kMostObjectBytes each),
/// or four of the largest answers.
constexpr std::size_t kMostBytesUnderWay = 128U << 20U;

Credentials credentials_of(const Connection& connection, std::string source, Millis refresh, SharedClock clock) {
  Credentials made;
  made.transport.base_url = connection.server;
  made.transport.proxy = connection.proxy_url;
  made.transport.tls = connection.tls;
  made.transport.retry.attempts = kAttempts;
  made.transport.max_body_bytes = kMostBodyBytes;
  made.transport.max_bytes_under_way = kMostBytesUnderWay;
  made.ns = connection.ns;
  made.source = std::move(source);
  if (!connection.token_file.empty()) {
    auto file = std::make_shared<TokenFile>(connection.token_file, std::move(clock), refresh);
    made.transport.authorization = [file]() -> std::optional<std::string> {
      const std::optional<std::string> token = file->token();
      return token ? std::optional("Bearer " + *token) : std::nullopt;
    };
    made.transport.on_unauthorized = [file] { file->drop(); };
  } else if (!connection.token.empty()) {
    made.transport.authorization = [header = "Bearer " + connection.token] { return std::optional(header); };
  }
  return made;
}

Result<Credentials> from_files(const std::vector<std::string>& paths, bool all_must_exist,
                               const CredentialsOptions& options, SharedClock clock) {
  Kubeconfig merged;
  std::string source;
  for (const std::string& path : paths) {
    const Result<std::string> text = read_file(path);
    if (!text && text.error().kind == ErrorKind::NotFound && !all_must_exist) continue;
    if (!text) return text.error();
    const Result<Kubeconfig> config = parse_kubeconfig(*text, folder_of(path));
    if (!config) return config.error().in(path);
    merged.merge(*config);
    source += (source.empty() ? "" : ":") + path;
  }
  if (source.empty()) return Error{ErrorKind::NotFound, "no kubeconfig found at " + paths.front(), {}};
  const Result<Connection> connection = connection_of(merged, options.context);
  if (!connection) return connection.error().in(source);
  Credentials made = credentials_of(*connection, source, options.token_refresh, clock);
  if (connection->exec) {
    const auto plugin = plugin_of(*connection, options.exec, clock);
    if (!plugin) return plugin.error().in(source);
    use(made.transport, *plugin);
  }
  return made;
}

/// The pod's ServiceAccount, or nothing outside a pod.
std::optional<Connection> from_pod(const std::string& folder, const http::Environment& environment) {
  std::string host = environment("KUBERNETES_SERVICE_HOST");
  const std::string port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty() || !read_file(folder + "/token")) return std::nullopt;
  // The transport accepts no IPv6 address as host. This name is in every API server's certificate.
  if (host.find(':') != std::string::npos) host = "kubernetes.default.svc";
  Connection connection;
  connection.server = "https://" + host + ":" + port;
  connection.tls.ca_file = folder + "/ca.crt";
  connection.token_file = folder + "/token";
  if (const Result<std::string> ns = read_file(folder + "/namespace")) connection.ns = trim(*ns);
  return connection;
}

/// Chooses the proxy as kubectl and client-go do: the kubeconfig's proxy, else the environment's.
Result<Credentials> through_proxy(Result<Credentials> made, const http::Environment& environment) {
  if (!made || !made->transport.proxy.empty()) return made;
  auto proxy = http::proxy_of_environment(made->transport.base_url, environment);
  if (!proxy) return proxy.error();
  made->transport.proxy = std::move(*proxy);
  return made;
}

Result<Credentials> find_credentials(const CredentialsOptions& options, const http::Environment& environment,
                                     std::shared_ptr<const ports::Clock> clock) {
  if (!options.kubeconfig.empty()) return from_files({options.kubeconfig}, true, options, clock);
  const std::vector<std::string> listed = split_paths(environment("KUBECONFIG"));
  if (!listed.empty()) return from_files(listed, false, options, clock);
  if (const auto pod = from_pod(options.service_account, environment)) {
    Credentials made = credentials_of(*pod, "the pod's ServiceAccount", options.token_refresh, clock);
    made.pod_ns = made.ns;
    return made;
  }
  const std::string home = environment("HOME");
  const Error nowhere{ErrorKind::NotFound,
                      "no way to the cluster: not in a pod, $KUBECONFIG is not set and there is no ~/.kube/config",
                      {}};
  if (home.empty() || !read_file(home + "/.kube/config")) return nowhere;
  return from_files({home + "/.kube/config"}, true, options, clock);
}

}  // namespace

Result<Credentials> load_credentials(const CredentialsOptions& options, std::shared_ptr<const ports::Clock> clock) {
  const auto environment = options.environment ? options.environment : http::Environment(http::process_environment);
  return through_proxy(find_credentials(options, environment, std::move(clock)), environment);
}

}  // namespace aia::kube
