// Whether a Deployment or StatefulSet is in the middle of a rollout: until it completes or its progress deadline
// passes, nothing is scaled in (rule 6). A scale-out whose new pods are still starting is not a rollout. Source:
// kubernetes/pkg/controller/deployment/progress.go, https://kubernetes.io/docs/concepts/workloads/controllers/
#pragma once

#include <string>

#include "controller/kube/json.h"

namespace aia::kube {

/// True for the kinds that rollout_of understands.
bool has_rollout(const std::string& api_version, const std::string& kind);

/// How long it may go without progress until it counts as stalled: a Deployment's spec.progressDeadlineSeconds. One
/// without a deadline, and a StatefulSet, which has none, get the default of ten minutes. 0: it has passed.
Millis progress_deadline_of(const std::string& kind, const Json& object);

/// Why its rollout is not done, with its counts; empty: it is.
std::string rollout_of(const std::string& kind, const Json& object);

}  // namespace aia::kube
