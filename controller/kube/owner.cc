// See owner.h.
#include "controller/kube/owner.h"

#include <algorithm>

#include "controller/kube/resource.h"

namespace aia::kube {

Trim owner_trim() {
  return {{"status"}, {"managedFields", "annotations"}};
}

HorizontalPodAutoscaler hpa_from_json(const Json& object) {
  const Json& owners = list_at(object, {"metadata", "ownerReferences"});
  const bool ours = std::any_of(owners.begin(), owners.end(), [](const Json& owner) {
    return split_api_version(text_at(owner, {"apiVersion"})).first == api::kGroup;
  });
  return {{text_at(object, {"spec", "scaleTargetRef", "apiVersion"}),
           text_at(object, {"spec", "scaleTargetRef", "kind"}), text_at(object, {"spec", "scaleTargetRef", "name"})},
          ours};
}

bool same_object(const api::TargetRef& a, const api::TargetRef& b) {
  return a.kind == b.kind && a.name == b.name &&
         split_api_version(a.api_version).first == split_api_version(b.api_version).first;
}

}  // namespace aia::kube
