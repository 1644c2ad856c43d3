// How the client reaches its API server: in a pod from the mounted ServiceAccount, elsewhere from a kubeconfig. Yields
// the transport's options, so that nobody else knows where tokens and certificates come from. Source:
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/kube/exec_plugin.h"
#include "controller/kube/kubeconfig.h"
#include "controller/ports/clock.h"

namespace aia::kube {

struct CredentialsOptions {
  std::string kubeconfig;  ///< a file; empty: $KUBECONFIG, else the pod's own, else ~/.kube/config
  std::string context;     ///< of the kubeconfig; empty: its current one
  Millis token_refresh = std::chrono::seconds(60);
  ExecPluginOptions exec;
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
  /// An environment variable's value; empty: not set. Replaced in tests.
  std::function<std::string(const char*)> environment;
};

struct Credentials {
  http::TransportOptions transport;
  std::string ns;      ///< the pod's or the context's; empty: none
  std::string pod_ns;  ///< of the pod around us; empty: we are in none
  std::string source;  ///< where from, for the log: "the pod's ServiceAccount", "/home/me/.kube/config"
};

/// Runs a kubeconfig's credential plugin a first time. Errors: Invalid, naming the file and the field; NotFound when
/// there is neither a kubeconfig nor a pod around us; those of ExecPlugin::start.
Result<Credentials> load_credentials(const CredentialsOptions& options, std::shared_ptr<const ports::Clock> clock);

}  // namespace aia::kube
