// See pod.h.
#include "controller/kube/pod.h"

#include <algorithm>

namespace aia::kube {
namespace {

/// Restarts of containers, and of init containers that run on beside them (sidecars). An init container that was
/// retried before the first Ready does not disturb the start's measurement.
bool has_restarted(const Json& object) {
  const auto restarted = [](const Json& status) { return int_at(status, {"restartCount"}) > 0; };
  const Json& containers = list_at(object, {"status", "containerStatuses"});
  const Json& inits = list_at(object, {"status", "initContainerStatuses"});
  return std::any_of(containers.begin(), containers.end(), restarted) ||
         std::any_of(inits.begin(), inits.end(), [&](const Json& status) {
           return restarted(status) && find_at(status, {"state", "running"}) != nullptr;
         });
}

std::optional<WallTime> ready_since(const Json& object) {
  for (const Json& condition : list_at(object, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == "Ready" && text_at(condition, {"status"}) == "True") {
      return time_at(condition, {"lastTransitionTime"});
    }
  }
  return std::nullopt;
}

}  // namespace

Trim pod_trim() {
  return {{"spec"}, {"managedFields", "annotations", "ownerReferences", "finalizers"}};
}

LabelledPod pod_from_json(const Json& object) {
  LabelledPod made;
  made.pod.name = text_at(object, {"metadata", "name"});
  made.pod.uid = text_at(object, {"metadata", "uid"});
  const std::optional<WallTime> created = time_at(object, {"metadata", "creationTimestamp"});
  made.pod.created = created.value_or(WallTime{});
  made.pod.ready_since = ready_since(object);
  made.pod.restarted = has_restarted(object) || (made.pod.ready_since && !created);  // a start without a beginning
  made.pod.deleting = find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
  const std::string phase = text_at(object, {"status", "phase"});
  made.pod.finished = phase == "Succeeded" || phase == "Failed";
  if (const Json* labels = find_at(object, {"metadata", "labels"}); labels != nullptr && labels->is_object()) {
    made.labels.reserve(labels->size());
    for (const auto& [key, value] : labels->items()) {  // sorted, as Json keeps its objects
      if (value.is_string()) made.labels.emplace_back(key, value.get_ref<const std::string&>());
    }
  }
  return made;
}

}  // namespace aia::kube
