// Decodes a Scale strictly, because its replica count and resourceVersion go into the next write. An omitted
// spec.replicas means 0. See scale.h.
#include "controller/kube/client/scale.h"

#include <algorithm>
#include <limits>

namespace aia::kube {

Result<Scale> scale_from_json(const Json& document) {
  const Json* stated = find_at(document, {"spec", "replicas"});  // omitted when zero
  const std::int64_t replicas = stated == nullptr ? 0 : int_at(document, {"spec", "replicas"}, -1);
  const std::string version = text_at(document, {"metadata", "resourceVersion"});
  const bool is_scale = text_at(document, {"kind"}) == "Scale" && find_at(document, {"spec"}) != nullptr;
  if (!is_scale || version.empty() || replicas < 0 || replicas > std::numeric_limits<std::int32_t>::max()) {
    return Error{ErrorKind::Unavailable, "the answer to GET scale is not a Scale", {}};
  }
  const std::int64_t there = int_at(document, {"status", "replicas"}, 0);
  const int status_replicas =
      static_cast<int>(std::clamp<std::int64_t>(there, 0, std::numeric_limits<std::int32_t>::max()));
  return Scale{static_cast<int>(replicas), status_replicas, version, text_at(document, {"metadata", "uid"}),
               text_at(document, {"status", "selector"})};
}

Json scale_patch(int replicas, const std::string& resource_version) {
  return {{"metadata", {{"resourceVersion", resource_version}}}, {"spec", {{"replicas", replicas}}}};
}

}  // namespace aia::kube
