// Decodes a pod, and tells a pod that lost Ready from a pod that was never Ready by the transition times of its
// conditions. Source: kubernetes/pkg/kubelet/status/status_manager.go (updateStatusInternal, updateLastTransitionTime).
// See pod.h.
#include "controller/kube/workload/pod.h"

#include <algorithm>

#include "controller/kube/workload/replica.h"

namespace aia::kube {
namespace {

/// True if a container or a running init container (a sidecar) restarted. Retries of an ordinary init container before
/// the first Ready do not disturb the measurement of the start.
bool has_restarted(const Json& object) {
  const auto restarted = [](const Json& status) { return int_at(status, {"restartCount"}) > 0; };
  const Json& containers = list_at(object, {"status", "containerStatuses"});
  const Json& inits = list_at(object, {"status", "initContainerStatuses"});
  return std::any_of(containers.begin(), containers.end(), restarted) ||
         std::any_of(inits.begin(), inits.end(), [&](const Json& status) {
           return restarted(status) && find_at(status, {"state", "running"}) != nullptr;
         });
}

/// True if an owner is a DaemonSet, or the Node itself as for the mirror of a static pod.
bool is_of_node(const Json& object) {
  const Json& owners = list_at(object, {"metadata", "ownerReferences"});
  return std::any_of(owners.begin(), owners.end(), [](const Json& owner) {
    const std::string kind = text_at(owner, {"kind"});
    return kind == "DaemonSet" || kind == "Node";
  });
}

/// Start times of the pod's containers, as the status shows them.
struct Starts {
  std::optional<WallTime> earliest{};  ///< of all starts shown; after restarts the first start is not shown
  std::optional<WallTime> latest{};    ///< of the containers that run
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

/// The latest time at which the kubelet may first write a condition that was never True. The kubelet writes the
/// condition with status.startTime (at most `kSlack` later), before the first image pull. Where the API shows no
/// startTime, assume at most `kUnsure` after the binding.
std::optional<WallTime> end_of_first_word(const Json& object, const ports::Pod& pod) {
  constexpr Millis kSlack = std::chrono::seconds(5), kUnsure = std::chrono::seconds(30);
  if (const auto acknowledged = time_at(object, {"status", "startTime"})) return *acknowledged + kSlack;
  const WallTime bound = std::max(pod.created, pod.bound_since.value_or(pod.created));
  return bound == WallTime{} ? std::nullopt : std::optional(bound + kUnsure);
}

/// Whether a condition that is not True now was True before. A condition keeps its lastTransitionTime while its status
/// stays. So a change after the containers started means that the condition was True. Restarts hide the first start,
/// and some statuses show no start; then a change after `first_word` means the same.
bool was_true(const Json& condition, const Starts& starts, std::optional<WallTime> first_word) {
  const auto changed = time_at(condition, {"lastTransitionTime"});
  if (!changed) return false;
  if (starts.earliest && *changed > *starts.earliest) return true;
  return (!starts.earliest || starts.restarted) && first_word && *changed > *first_word;
}

/// Since when the pod is not Ready any more. The node controller also sets Ready=Unknown on pods whose containers were
/// never ready; ContainersReady tells these apart.
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

/// Ready=True without a time is believed, too. Then ready_since is the latest start of a running container, else the
/// time of binding, else the time of creation.
void take_ready(ports::Pod& pod, const Json& object, const Starts& starts) {
  if (!is_true(object, "Ready")) return;
  pod.ready_since = true_since(object, "Ready");
  if (pod.ready_since) return;
  pod.ready_since = starts.latest.value_or(pod.bound_since.value_or(pod.created));
  pod.restarted = true;  // no lead time is measured from this pod
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
  if (made.pod.ready_since && !created) made.pod.restarted = true;  // a start without a beginning measures no lead time
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
