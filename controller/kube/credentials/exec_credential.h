// The protocol between a client and its credential plugin, without running a plugin: the kubeconfig's entry about the
// plugin, the input of the plugin, and its answer. Source: client.authentication.k8s.io/v1,
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "controller/http/transport.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

inline constexpr const char* kExecApiVersions[] = {"client.authentication.k8s.io/v1",
                                                   "client.authentication.k8s.io/v1beta1"};

/// A kubeconfig user's `exec`.
struct ExecConfig {
  std::string where;  ///< its name in messages
  std::string api_version;
  std::string command;
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string install_hint;
  bool provide_cluster_info = false;
};

/// The cluster as described to a plugin.
struct ExecCluster {
  std::string server;
  std::string tls_server_name;
  bool insecure_skip_tls_verify = false;
  std::string ca_pem;
  Json config;  ///< of the cluster's extension client.authentication.k8s.io/exec; null: none
};

/// The answer of a plugin: a token, or a client certificate with its key, or both.
struct ExecCredential {
  std::string token;
  http::ClientCertificate certificate;
  std::optional<WallTime> expires;
};

/// The value of KUBERNETES_EXEC_INFO. Never interactive: nobody sits at a controller.
std::string exec_info(const ExecConfig& config, const ExecCluster& cluster);

/// Parses the plugin's output. Errors: Invalid with the fault, never with the output itself, which may hold secrets.
Result<ExecCredential> parse_exec_credential(const std::string& output, const std::string& api_version);

}  // namespace aia::kube
