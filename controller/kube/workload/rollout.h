// Tells whether a Deployment or StatefulSet is in the middle of a rollout. Until the rollout completes or its progress
// deadline passes, nothing is scaled in (rule 6). A scale-out whose new pods are still starting is not a rollout.
// Source: kubernetes/pkg/controller/deployment/progress.go, https://kubernetes.io/docs/concepts/workloads/controllers/
#pragma once

#include <string>

#include "controller/kube/client/json.h"

namespace aia::kube {

/// True for the kinds that rollout_of understands.
bool has_rollout(const std::string& api_version, const std::string& kind);

/// How long a rollout may go without progress before the rollout counts as stalled: spec.progressDeadlineSeconds of a
/// Deployment. A Deployment without a deadline and a StatefulSet get the default of ten minutes. 0: the Deployment
/// reports ProgressDeadlineExceeded.
Millis progress_deadline_of(const std::string& kind, const Json& object);

/// Why the rollout is not complete, with counts; empty if no rollout is under way.
std::string rollout_of(const std::string& kind, const Json& object);

}  // namespace aia::kube
