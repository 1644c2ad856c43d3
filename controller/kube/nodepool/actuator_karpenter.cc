// A static Karpenter NodePool, whose spec.replicas is its size; it is not our AcceleratorPool. Karpenter spares busy
// nodes by itself. Node requests are its NodeClaims. Source: https://karpenter.sh/docs/concepts/nodepools/,
// https://karpenter.sh/docs/concepts/nodeclaims/
#include "controller/kube/nodepool/actuator_scale.h"
#include "controller/kube/nodepool/actuators.h"

namespace aia::kube {
namespace {

class KarpenterNodePool final : public ScaleActuator {
 public:
  explicit KarpenterNodePool(const ActuatorPorts& ports) : ScaleActuator(ports) {}

  [[nodiscard]] bool sizes(const api::AcceleratorPoolSpec& spec) const override {
    return is_scaled_by(spec, "karpenter.sh", "NodePool");
  }

  [[nodiscard]] NodeRequestList node_requests(const api::AcceleratorPool& pool) const override {
    return {kNodeClaims, "", {{"karpenter.sh/nodepool", pool.spec.scale_ref->name}}, true};
  }

 protected:
  [[nodiscard]] std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json& object) const override {
    if (auto deleting = deletion_of(ref, object)) return deleting;
    if (has_size(object)) return std::nullopt;
    return api::Reason{api::Code::DynamicNodePool,
                       ref.to_string() +
                           " has no spec.replicas, so Karpenter sizes it: use sizing.mode CapacityBuffer, or a static "
                           "NodePool"};
  }

  /// False for a dynamic NodePool.
  [[nodiscard]] bool has_size(const Json& object) const override {
    return find_at(object, {"spec", "replicas"}) != nullptr;
  }
};

}  // namespace

std::unique_ptr<Actuator> karpenter_node_pool(const ActuatorPorts& ports) {
  return std::make_unique<KarpenterNodePool>(ports);
}

}  // namespace aia::kube
