// `aiautoscaler release`: undoes the controller's changes to node pools without a running controller. The command uses
// the caller's own credentials, which need the rights of manifests/overlays/act.
#pragma once

#include <string>

#include "base/result.h"
#include "controller/loop/nodepool/undo.h"

namespace aia {

struct ReleaseCommand {
  std::string kubeconfig, context;
  bool expired = false;
  loop::UndoOptions options;
};

/// Prints the undone changes on stdout. Errors: Invalid unless either --all or --expired is given; the changes left
/// behind, in one line; errors of credentials and of the API server.
Status release(const ReleaseCommand& command);

}  // namespace aia
