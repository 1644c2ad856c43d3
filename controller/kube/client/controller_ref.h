// The controller that an object names in metadata.ownerReferences: the ReplicaSet of a pod, the Deployment of the
// ReplicaSet. No text of a reference is kept beyond 254 characters, because the API server does not bound their length.
// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
#pragma once

#include <string>
#include <string_view>

#include "controller/kube/client/json.h"

namespace aia::kube {

/// Longest text kept of a reference, in characters. A valid name has at most 253, so a cut name matches no object.
inline constexpr std::size_t kLongestReference = 254;

/// The entry of metadata.ownerReferences with controller: true; all fields are empty if no entry has this.
struct Controller {
  std::string api_version, kind, name, uid;
  [[nodiscard]] bool is(std::string_view group, std::string_view of_kind) const;
  [[nodiscard]] std::string to_string() const { return kind + " " + name; }
};
Controller controller_of(const Json& object);

}  // namespace aia::kube
