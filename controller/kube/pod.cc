// See pod.h. What tells a pod that lost Ready from one that never was: kubernetes/pkg/kubelet/status/status_manager.go
// (updateStatusInternal, updateLastTransitionTime).
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

/// What the status says of the starts of the pod's containers.
struct Starts {
  std::optional<WallTime> earliest{};  ///< that it still shows; of what restarted it is not the first
  std::optional<WallTime> latest{};    ///< of those that run
  bool restarted = false;

  void add(std::optional<WallTime> at) {
    if (at) earliest = std::min(earliest.value_or(*at), *at);
  }
};

Starts starts_of_containers(const Json& object) {
  Starts starts;
  for (const Json& status : list_at(object, {"status", "containerStatuses"})) {
    const auto running = time_at(status, {"state", "running", "startedAt"});
    starts.add(running);
    starts.add(time_at(status, {"state", "terminated", "startedAt"}));
    starts.add(time_at(status, {"lastState", "terminated", "startedAt"}));
    if (running) starts.latest = std::max(starts.latest.value_or(*running), *running);
    starts.restarted = starts.restarted || int_at(status, {"restartCount"}) > 0;
  }
  return starts;
}

/// Until when a condition that was never True changes at most: the kubelet writes it with status.startTime, before it
/// pulls an image; a control plane that shows no such time may be as late as `kUnsure` after the binding.
std::optional<WallTime> end_of_first_word(const Json& object, const ports::Pod& pod) {
  constexpr Millis kSlack = std::chrono::seconds(5), kUnsure = std::chrono::seconds(30);
  if (const auto acknowledged = time_at(object, {"status", "startTime"})) return *acknowledged + kSlack;
  const WallTime bound = std::max(pod.created, pod.bound_since.value_or(pod.created));
  return bound == WallTime{} ? std::nullopt : std::optional(bound + kUnsure);
}

/// A condition keeps its lastTransitionTime while its status stays. So one that is not True and changed after the
/// containers started was True before; after restarts, which hide the first start, one that changed long after its
/// first word.
bool was_true(const Json& condition, const Starts& starts, std::optional<WallTime> first_word) {
  const auto changed = time_at(condition, {"lastTransitionTime"});
  if (!changed) return false;
  if (starts.earliest && *changed > *starts.earliest) return true;
  return (!starts.earliest || starts.restarted) && first_word && *changed > *first_word;
}

/// The node controller says Ready=Unknown of a pod whose containers never were: theirs is the better word then.
std::optional<WallTime> lost_since(const Json& object, const ports::Pod& pod, const Starts& starts) {
  const Json* ready = condition_of(object, "Ready");
  if (pod.ready_since || pod.finished || ready == nullptr) return std::nullopt;
  const std::optional<WallTime> first_word = end_of_first_word(object, pod);
  if (!was_true(*ready, starts, first_word)) return std::nullopt;
  const Json* containers = condition_of(object, "ContainersReady");
  const bool dated = containers != nullptr && time_at(*containers, {"lastTransitionTime"});
  if (dated && !is_true(object, "ContainersReady") && !was_true(*containers, starts, first_word)) return std::nullopt;
  return time_at(*ready, {"lastTransitionTime"});
}

/// Ready=True is believed without its time, too: then since the latest of what must have come before.
void take_ready(ports::Pod& pod, const Json& object, const Starts& starts) {
  if (!is_true(object, "Ready")) return;
  pod.ready_since = true_since(object, "Ready");
  if (pod.ready_since) return;
  pod.ready_since = starts.latest.value_or(pod.bound_since.value_or(pod.created));
  pod.restarted = true;  // it measures no lead
}

std::size_t bytes_of(const Labels& labels) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : labels) bytes += key.size() + value.size();
  return bytes;
}

}  // namespace

Trim pod_trim() {
  return {{},
          {"managedFields", "annotations", "finalizers", "volumes", "affinity", "tolerations", "nodeSelector",
           "topologySpreadConstraints", "securityContext", "imagePullSecrets", "hostAliases", "readinessGates",
           "schedulingGates", "ephemeralContainers", "dnsConfig"},
          {"env", "envFrom", "volumeMounts", "args", "command", "ports", "livenessProbe", "readinessProbe",
           "startupProbe", "lifecycle", "securityContext"}};
}

LabelledPod pod_from_json(const Json& object) {
  LabelledPod made;
  made.pod.name = text_at(object, {"metadata", "name"});
  made.pod.uid = text_at(object, {"metadata", "uid"});
  const std::optional<WallTime> created = time_at(object, {"metadata", "creationTimestamp"});
  made.pod.created = created.value_or(WallTime{});
  made.pod.restarted = has_restarted(object);
  made.pod.deleting = find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
  const std::string phase = text_at(object, {"status", "phase"});
  made.pod.finished = phase == "Succeeded" || phase == "Failed";
  made.pod.node = text_at(object, {"spec", "nodeName"});
  made.pod.bound_since = true_since(object, "PodScheduled");
  const Starts starts = starts_of_containers(object);
  take_ready(made.pod, object, starts);
  if (made.pod.ready_since && !created) made.pod.restarted = true;  // a start without a beginning
  made.pod.lost_since = lost_since(object, made.pod, starts);
  made.labels = labels_of(object);
  if (bytes_of(made.labels) > kMostLabelBytes) made.labels = {};
  made.controller = controller_of(object);
  made.of_node = is_of_node(object);
  const Json* spec = find_at(object, {"spec"});
  if (spec == nullptr || made.pod.finished || made.pod.node.empty()) return made;
  if (const Result<api::Amounts> requests = requests_of_pod(*spec))
    made.requests.assign(requests->begin(), requests->end());
  return made;
}

}  // namespace aia::kube
