// Finds out whether another controller or a person decides the size of a node pool, or a rollout is under way. The
// object that scaleRef names is read before its scale, because GET on the scale of a dynamic Karpenter NodePool answers
// 500. Source: https://karpenter.sh/docs/concepts/nodepools/,
// https://cluster-api.sigs.k8s.io/reference/api/labels-and-annotations
#pragma once

#include <optional>

#include "controller/api/accelerator_pool.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

/// Why we must not write the size, naming the owner and the remedy. nullopt: we may write. Codes: KindNotKnown,
/// PoolDeleting, PoolPaused, OwnedByTopology, OwnedByClusterAutoscaler, OwnedByOther, DynamicNodePool.
std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json& object);

/// Says that a MachineDeployment is replacing its machines, with counts; empty if no rollout is under way. Lowering the
/// size during a rollout may delete new machines, or leave the pool short of the machines that are still draining.
std::string rolling_of(const api::ScaleRef& ref, const Json& object);

/// Whether the object has a size: false for a dynamic Karpenter NodePool.
bool has_size(const api::ScaleRef& ref, const Json& object);

}  // namespace aia::kube
