// Owners and competing autoscalers: the controller that an object names, the targets of HorizontalPodAutoscalers and of
// KEDA's ScaledObjects, and the field manager that set spec.replicas. Source:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/,
// https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/,
// https://keda.sh/docs/latest/reference/scaledobject-spec,
// https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include "controller/kube/client/json.h"

namespace aia::kube {

/// The entry of metadata.ownerReferences with controller: true; all fields are empty if no entry has this.
struct Controller {
  std::string api_version, kind, name, uid;
  [[nodiscard]] bool is(std::string_view group, std::string_view of_kind) const;
  [[nodiscard]] std::string to_string() const { return kind + " " + name; }
};
Controller controller_of(const Json& object);

struct HorizontalPodAutoscaler {
  api::TargetRef target;
  bool ours = false;            ///< an object of our API group owns the HPA
  std::string scaled_object{};  ///< KEDA's ScaledObject that created the HPA and would create it again; empty: none
};

Trim owner_trim();

HorizontalPodAutoscaler hpa_from_json(const Json& object);

/// The target of a ScaledObject. A paused ScaledObject has a target, too: KEDA takes the replicas back when the pause
/// ends.
api::TargetRef target_of_scaled_object(const Json& object);

/// True if group, kind and name are the same; the version may differ.
bool same_object(const api::TargetRef& a, const api::TargetRef& b);

/// The field manager that last set spec.replicas, by metadata.managedFields. Empty: we set it, or no manager is known.
std::string replicas_writer_of(const Json& object);

}  // namespace aia::kube
