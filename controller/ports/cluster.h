// The cluster as the loop sees it: a consistent view for decisions, and the loop's few writes. The view comes from
// caches (watches mark state, they never act). A target's scale is read fresh, because writes carry its
// resourceVersion. Sources: https://kubernetes.io/docs/reference/using-api/api-concepts/ (resource versions), the Scale
// subresource of autoscaling/v1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "controller/api/forecast.h"
#include "controller/api/resources.h"

namespace aia::ports {

/// A pod of a target, reduced to what lead time and capacity need.
struct Pod {
  std::string name;
  std::string uid;
  WallTime created{};
  std::optional<WallTime> ready_since;  ///< Ready=True since then (server's time, whole seconds); unset: not Ready
  bool restarted = false;               ///< a container restarted, so ready_since may not be the first Ready
  bool deleting = false;
  bool finished = false;                  ///< phase Succeeded or Failed: neither ready nor starting
  std::string node{};                     ///< node that the pod is bound to; empty: the pod waits for a node
  std::optional<WallTime> bound_since{};  ///< condition PodScheduled=True (server's time, whole seconds)
  /// When a pod that was Ready after its containers started lost Ready (server's time). Unset: the pod is Ready, or the
  /// API shows no earlier Ready; then the pod is a start.
  std::optional<WallTime> lost_since{};
};

/// True for a pod on its way to its first, or next, Ready.
inline bool is_starting(const Pod& pod) {
  return !pod.ready_since && !pod.finished && !pod.deleting;
}

/// True for a pod that serves.
inline bool is_ready(const Pod& pod) {
  return pod.ready_since && !pod.finished && !pod.deleting;
}

/// Which pods the target's own controller removes first at a scale-in.
enum class Removal {
  NotReadyFirst,  ///< a ReplicaSet removes pods that are not Ready first
  HighestRank,    ///< a StatefulSet removes its highest ranks first, whether they serve or not
  Unknown,
};

/// The target's scale subresource, its pods and the state of its rollout.
struct Target {
  int spec_replicas = 0;
  std::string resource_version;  ///< of the scale object: goes into the write
  std::string uid;
  std::string selector;   ///< status.selector, in string form; empty: the kind publishes none
  std::string rollout;    ///< why the rollout is not settled ("2 of 5 replicas updated"); empty: settled
  std::vector<Pod> pods;  ///< all pods that the target owns, in any phase
  std::optional<api::ReplicaShape> replica{};  ///< pods and requests of a replica; unset: see replica_problem
  std::string replica_problem{};               ///< why `replica` is not known
  std::string pods_unseen{};                   ///< why the target's pods cannot be found; empty: `pods` is complete
  int status_replicas = 0;                     ///< pods counted by the scale, whatever their state
  std::string ownership{};       ///< which pods count by label because an owner could not be read, in words
  std::size_t pod_template = 0;  ///< a hash: another hash is another version of the pods
  bool ordered = false;          ///< the target starts its pods in sequence
  Removal removal = Removal::NotReadyFirst;
  std::int64_t first_rank = 0;    ///< lowest rank of pods whose names end in their ranks
  std::string replicas_writer{};  ///< field manager that last set spec.replicas, if not us; empty: unknown
  Millis progress_deadline{std::chrono::minutes(10)};  ///< a rollout without progress for this long is stalled
};

/// The scale as it is now, for a new write after a conflict.
struct ScaleView {
  int spec_replicas = 0;
  std::string resource_version;
  std::string uid;
};

/// An AIAutoscaler as read. If the stored object does not decode, `problem` says why, and `object.spec` must not be
/// used.
struct AutoscalerView {
  api::Autoscaler object;
  std::optional<Error> problem;
};

/// Another controller that sets the target's replicas.
struct Owner {
  std::string kind;  ///< "HorizontalPodAutoscaler", or "ScaledObject" for an HPA that KEDA made
  std::string name;
};

/// An events.k8s.io/v1 Event about an AIAutoscaler.
struct Event {
  static constexpr std::size_t kMaxNote = 1024;  ///< bytes, the API server's bound

  bool warning = false;
  api::Code reason = api::Code::Unknown;
  api::EventAction action = api::EventAction::Reconcile;
  std::string note;  ///< at most kMaxNote
};

/// Age of the cached view of one kind of object: the time since the server's last word about this kind (a list, an
/// event, a bookmark).
struct WatchAge {
  std::string resource;  ///< "pods"
  Millis age{0};
  bool decides = true;  ///< decisions depend on this kind
  std::string problem;  ///< why the watch is silent, in one line; empty: not known
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  /// False until the first lists are complete: no decision before.
  [[nodiscard]] virtual bool synced() const = 0;

  /// Ages of all watched kinds. Past a limit the caches may raise replicas, never lower them.
  [[nodiscard]] virtual std::vector<WatchAge> watch_ages() const = 0;

  /// True if this process may write. A follower observes, forecasts and plans all the same, so that it is warm when it
  /// becomes the leader. The loop asks once a cycle. In addition each write_… and delete_… checks, just before it
  /// sends, that the lease outlives the request's deadline; otherwise the answer is NotLeading, and nothing was sent.
  [[nodiscard]] virtual bool leading() const = 0;

  /// All AIAutoscalers, sorted by namespace and name.
  virtual std::vector<AutoscalerView> autoscalers() = 0;

  /// The targets of `autoscalers`, in order, read side by side. Errors: NotFound (no such object), Invalid (the kind
  /// does not exist or has no scale subresource), Conflict (too many of `autoscalers` name the target), Forbidden,
  /// Unavailable, Timeout.
  virtual std::vector<Result<Target>> targets(const std::vector<api::Autoscaler>& autoscalers, Millis deadline) = 0;

  /// HorizontalPodAutoscalers in `ns` that point at `target`, except those that we created. A KEDA ScaledObject is
  /// named in place of the HPA that KEDA made from it.
  virtual std::vector<Owner> other_owners(const std::string& ns, const api::TargetRef& target) = 0;

  /// Names of the Forecasts that `autoscaler` owns.
  virtual std::vector<std::string> forecasts_of(const api::Autoscaler& autoscaler) = 0;

  /// The target's scale, read afresh. Errors: as targets().
  virtual Result<ScaleView> read_scale(const api::Autoscaler& autoscaler) = 0;

  /// Merge patch on /scale with `resource_version`. Returns the new resourceVersion. Conflict: somebody wrote since the
  /// read.
  virtual Result<std::string> write_scale(const api::Autoscaler& autoscaler, int replicas,
                                          const std::string& resource_version) = 0;

  /// Server-side apply of the Forecast and its status.
  virtual Status write_forecast(const api::Forecast& forecast) = 0;
  virtual Status delete_forecast(const api::ObjectKey& key) = 0;

  /// Server-side apply of status; the caller asks only when the status changed.
  virtual Status write_status(const api::Autoscaler& autoscaler) = 0;

  /// Best effort: a failed Event is counted, never retried.
  virtual Status write_event(const api::Autoscaler& about, const Event& event) = 0;
};

}  // namespace aia::ports
