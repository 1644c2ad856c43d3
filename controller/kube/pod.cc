// See pod.h.
#include "controller/kube/pod.h"

#include <algorithm>

#include "controller/kube/replica.h"

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

/// Its controller is a DaemonSet, or its owner the Node itself, which is so for the mirror of a static pod.
bool is_of_node(const Json& object) {
  const Json& owners = list_at(object, {"metadata", "ownerReferences"});
  return std::any_of(owners.begin(), owners.end(), [](const Json& owner) {
    const std::string kind = text_at(owner, {"kind"});
    return kind == "DaemonSet" || kind == "Node";
  });
}

}  // namespace

Trim pod_trim() {
  return {{},
          {"managedFields", "annotations", "finalizers", "volumes", "affinity", "tolerations", "nodeSelector",
           "topologySpreadConstraints", "securityContext"},
          {"env", "envFrom", "volumeMounts", "args", "command", "ports", "livenessProbe", "readinessProbe",
           "startupProbe", "lifecycle", "securityContext"}};
}

LabelledPod pod_from_json(const Json& object) {
  LabelledPod made;
  made.pod.name = text_at(object, {"metadata", "name"});
  made.pod.uid = text_at(object, {"metadata", "uid"});
  const std::optional<WallTime> created = time_at(object, {"metadata", "creationTimestamp"});
  made.pod.created = created.value_or(WallTime{});
  made.pod.ready_since = true_since(object, "Ready");
  made.pod.restarted = has_restarted(object) || (made.pod.ready_since && !created);  // a start without a beginning
  made.pod.deleting = find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
  const std::string phase = text_at(object, {"status", "phase"});
  made.pod.finished = phase == "Succeeded" || phase == "Failed";
  made.pod.node = text_at(object, {"spec", "nodeName"});
  made.pod.bound_since = true_since(object, "PodScheduled");
  made.labels = labels_of(object);
  made.of_node = is_of_node(object);
  const Json* spec = find_at(object, {"spec"});
  if (spec == nullptr || made.pod.finished) return made;
  if (const Result<api::Amounts> requests = requests_of_pod(*spec))
    made.requests.assign(requests->begin(), requests->end());
  return made;
}

}  // namespace aia::kube
