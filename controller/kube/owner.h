// Who owns and who scales: the controller that an object names, HorizontalPodAutoscalers and KEDA's ScaledObjects as
// far as they say what they scale, and the field manager that set spec.replicas. Source:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/,
// https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/,
// https://keda.sh/docs/latest/reference/scaledobject-spec,
// https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include "controller/kube/json.h"

namespace aia::kube {

/// The one of metadata.ownerReferences with controller: true; all empty: there is none.
struct Controller {
  std::string api_version, kind, name, uid;
  [[nodiscard]] bool is(std::string_view group, std::string_view of_kind) const;
  [[nodiscard]] std::string to_string() const { return kind + " " + name; }
};
Controller controller_of(const Json& object);

struct HorizontalPodAutoscaler {
  api::TargetRef target;
  bool ours = false;            ///< owned by one of our objects
  std::string scaled_object{};  ///< KEDA's, which made it and would make it again; empty: none
};

Trim owner_trim();

HorizontalPodAutoscaler hpa_from_json(const Json& object);

/// What a ScaledObject scales; one that is paused, too: it takes the replicas back when the pause ends.
api::TargetRef target_of_scaled_object(const Json& object);

/// Same group, kind and name: the version does not make another object.
bool same_object(const api::TargetRef& a, const api::TargetRef& b);

/// The field manager that last set spec.replicas, by metadata.managedFields; empty: we did, or it is not known.
std::string replicas_writer_of(const Json& object);

}  // namespace aia::kube
