// How the client reaches its API server: in a pod by the mounted ServiceAccount, elsewhere by a kubeconfig. The result
// is the transport's options, so that no other code knows where tokens and certificates come from. Source:
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/kube/credentials/exec_plugin.h"
#include "controller/kube/credentials/kubeconfig.h"
#include "controller/ports/clock.h"

namespace aia::kube {

struct CredentialsOptions {
  std::string kubeconfig;  ///< a file; empty: $KUBECONFIG, else the pod's ServiceAccount, else ~/.kube/config
  std::string context;     ///< of the kubeconfig; empty: its current-context
  Millis token_refresh = std::chrono::seconds(60);
  ExecPluginOptions exec;
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
  /// An environment variable's value; empty: not set. Replaced in tests.
  std::function<std::string(const char*)> environment;
};

struct Credentials {
  http::TransportOptions transport;
  std::string ns;      ///< the pod's or the context's; empty: none
  std::string pod_ns;  ///< of the pod in which we run; empty: outside a pod
  std::string source;  ///< for the log: "the pod's ServiceAccount", "/home/me/.kube/config"
};

/// Finds the credentials, and runs a kubeconfig's credential plugin for the first time. Errors: Invalid, naming the
/// file and the field; NotFound when there is neither a kubeconfig nor a pod around us; those of ExecPlugin::start.
Result<Credentials> load_credentials(const CredentialsOptions& options, std::shared_ptr<const ports::Clock> clock);

}  // namespace aia::kube
