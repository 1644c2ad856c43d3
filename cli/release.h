// `aiautoscaler release`: undoes what was done for node pools, without a controller that runs. With the caller's own
// credentials, which need the rights of manifests/overlays/act.
#pragma once

#include <string>

#include "base/result.h"
#include "controller/loop/release.h"

namespace aia {

struct ReleaseCommand {
  std::string kubeconfig, context;
  bool expired = false;
  loop::ReleaseOptions options;
};

/// Says on stdout what was done. Errors: what is left behind, in one line; those of credentials and the API server.
Status release(const ReleaseCommand& command);

}  // namespace aia
