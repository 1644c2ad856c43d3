// Who else decides how many nodes there are: read from the object that a pool's scaleRef names, before its scale is,
// because GET on the scale of a dynamic Karpenter NodePool answers 500. Source:
// https://karpenter.sh/docs/concepts/nodepools/,
// https://cluster-api.sigs.k8s.io/reference/api/labels-and-annotations
#pragma once

#include <optional>

#include "controller/api/accelerator_pool.h"
#include "controller/kube/json.h"

namespace aia::kube {

/// Why we must not write its size: who does, and what to do about it. Codes: PoolDeleting, PoolPaused, OwnedByTopology,
/// OwnedByClusterAutoscaler, OwnedByOther, DynamicNodePool.
std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json& object);

/// A MachineDeployment replaces its machines, in words; empty: it does not. What is lowered meanwhile may take machines
/// that were just made, or leave it short of those that it still drains.
std::string rolling_of(const api::ScaleRef& ref, const Json& object);

/// Whether its scale can be read at all.
bool has_size(const api::ScaleRef& ref, const Json& object);

}  // namespace aia::kube
