// `aiautoscaler run`: wires the controller. Only this command knows every implementation behind the ports.
#pragma once

#include <string>

#include "cli/candidacy.h"
#include "controller/loop/cycle/settings.h"
#include "controller/prometheus/options.h"

namespace aia {

struct RunOptions {
  std::string kubeconfig;                      ///< empty: $KUBECONFIG, the pod's own, ~/.kube/config
  std::string context;                         ///< empty: the kubeconfig's current context
  std::string ns;                              ///< only this namespace; empty: all
  std::string listen = "0.0.0.0:8080";         ///< of /metrics, and of /healthz and /readyz, too
  std::string health_listen = "0.0.0.0:8081";  ///< of /healthz and /readyz alone
  std::string state_dir;                       ///< forecasters' states are kept there; empty: nowhere
  std::string version;
  LeaseOptions lease;
  prometheus::PrometheusOptions prometheus;
  loop::Settings loop;
};

/// Runs until SIGTERM or SIGINT, then ends within two seconds: the write under way is finished, none is begun, and then
/// the lease is given back. Errors are those of the start: flags, credentials, URLs, files, the addresses to listen on.
Status run(const RunOptions& options);

}  // namespace aia
