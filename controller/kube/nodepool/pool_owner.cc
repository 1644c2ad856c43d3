// Decides from labels, annotations, spec and conditions. Cluster API moved its newer status from status.v1beta2 (API
// version v1beta1) to status (v1beta2), so both places are read. See pool_owner.h.
#include "controller/kube/nodepool/pool_owner.h"

#include <limits>

#include "controller/kube/nodepool/node_request.h"

namespace aia::kube {
namespace {

/// Whether Cluster API sets the condition Paused, which a paused Cluster sets, too. In API version v1beta1 the
/// condition is in status.v1beta2.
bool says_paused(const Json& object) {
  const Json* newer = find_at(object, {"status", "v1beta2"});
  return is_true(object, "Paused") || (newer != nullptr && is_true({{"status", *newer}}, "Paused"));
}

/// Whether the condition RollingOut is True (in status.v1beta2 for API version v1beta1), or the controller has not yet
/// observed the newest generation.
bool says_rolling(const Json& object) {
  const Json* newer = find_at(object, {"status", "v1beta2"});
  if (is_true(object, "RollingOut") || (newer != nullptr && is_true({{"status", *newer}}, "RollingOut"))) return true;
  return int_at(object, {"status", "observedGeneration"}, std::numeric_limits<std::int64_t>::max()) <
         int_at(object, {"metadata", "generation"});
}

/// Count of replaced machines: upToDateReplicas of either status, else the older updatedReplicas.
std::optional<std::int64_t> up_to_date(const Json& object) {
  const Json* count = find_at(object, {"status", "upToDateReplicas"});
  if (count == nullptr) count = find_at(object, {"status", "v1beta2", "upToDateReplicas"});
  if (count == nullptr) count = find_at(object, {"status", "updatedReplicas"});
  return count == nullptr ? std::nullopt : std::optional(int_at(*count, {}));
}

}  // namespace

std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json& object) {
  const std::string what = ref.to_string();
  const auto annotation = [&](const char* key) { return find_at(object, {"metadata", "annotations", key}); };
  if (!is_karpenter_pool(ref) && !is_machine_deployment(ref))
    return api::Reason{api::Code::KindNotKnown,
                       what + " is of a kind of which we do not know how to spare busy nodes when it is " +
                           "lowered: use a static NodePool, a MachineDeployment, or sizing.mode " + "CapacityBuffer"};
  if (find_at(object, {"metadata", "deletionTimestamp"}) != nullptr)
    return api::Reason{api::Code::PoolDeleting,
                       what + " is being deleted: delete the AcceleratorPool, or name another scaleRef"};
  if (annotation("cluster.x-k8s.io/paused") != nullptr || bool_at(object, {"spec", "paused"}) || says_paused(object))
    return api::Reason{api::Code::PoolPaused,
                       what + " is paused, itself or its Cluster: unpause it to have it sized again"};
  if (find_at(object, {"metadata", "labels", "topology.cluster.x-k8s.io/owned"}) != nullptr)
    return api::Reason{api::Code::OwnedByTopology,
                       what +
                           " is sized by its Cluster's topology, which would revert our writes: "
                           "remove replicas from spec.topology, or use another pool"};
  if (annotation("cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size") != nullptr ||
      annotation("cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size") != nullptr)
    return api::Reason{api::Code::OwnedByClusterAutoscaler,
                       what +
                           " is sized by Cluster Autoscaler: use sizing.mode CapacityBuffer, or remove its annotations "
                           "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size and -max-size"};
  if (annotation("cluster.x-k8s.io/replicas-managed-by") != nullptr)
    return api::Reason{api::Code::OwnedByOther,
                       what + " is sized by " +
                           text_at(object, {"metadata", "annotations", "cluster.x-k8s.io/replicas-managed-by"}) +
                           ": remove its annotation cluster.x-k8s.io/replicas-managed-by to have us size it"};
  if (!has_size(ref, object))
    return api::Reason{api::Code::DynamicNodePool,
                       what +
                           " has no spec.replicas, so Karpenter sizes it: use sizing.mode CapacityBuffer, or a static "
                           "NodePool"};
  return std::nullopt;
}

std::string rolling_of(const api::ScaleRef& ref, const Json& object) {
  if (!is_machine_deployment(ref)) return "";
  const std::int64_t all = int_at(object, {"status", "replicas"});
  const std::optional<std::int64_t> updated = up_to_date(object);
  if (!says_rolling(object) && updated.value_or(all) >= all) return "";
  return ref.to_string() + " replaces its machines" +
         (updated ? " (" + std::to_string(*updated) + " of " + std::to_string(all) + " up to date)" : "") +
         ": no node is given back until it has";
}

bool has_size(const api::ScaleRef& ref, const Json& object) {
  return !is_karpenter_pool(ref) || find_at(object, {"spec", "replicas"}) != nullptr;
}

}  // namespace aia::kube
