// The cluster as the loop sees it: a consistent view to decide on and the few writes it makes. The view comes from
// caches (watches mark state, they never act); reads of a target's scale are fresh, because writes carry their
// resourceVersion.
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
  std::optional<WallTime> ready_since;  ///< Ready=True now, since then (server's time, whole seconds); unset: not Ready
  bool restarted = false;               ///< a container restarted, so ready_since may not be the first Ready
  bool deleting = false;
  bool finished = false;                  ///< phase Succeeded or Failed: neither ready nor starting
  std::string node{};                     ///< that it is bound to; empty: it waits for one
  std::optional<WallTime> bound_since{};  ///< condition PodScheduled=True (server's time, whole seconds)
  /// Since when a pod that was Ready after its containers started is not Ready any more (server's time). Unset: it is
  /// Ready, or the API does not show that it ever was: then it is a start.
  std::optional<WallTime> lost_since{};
};

/// Which pods a target's own controller removes first when it is scaled in.
enum class Removal {
  NotReadyFirst,  ///< a ReplicaSet's
  HighestRank,    ///< a StatefulSet's, whether they serve or not
  Unknown,
};

/// The target's scale subresource plus what its rollout says.
struct Target {
  int spec_replicas = 0;
  std::string resource_version;  ///< of the scale object: goes into the write
  std::string uid;
  std::string selector;                        ///< status.selector, in string form; empty: the kind publishes none
  std::string rollout;                         ///< empty: settled; else why it is not ("2 of 5 replicas updated")
  std::vector<Pod> pods;                       ///< all pods that the target owns, any phase
  std::optional<api::ReplicaShape> replica{};  ///< what one replica asks of nodes; unset: see replica_problem
  std::string replica_problem{};               ///< why that is not known
  std::string pods_unseen{};                   ///< why its pods cannot be found; empty: `pods` are all there are
  int status_replicas = 0;                     ///< pods that there are by the scale's own word, whatever their state
  std::string ownership{};                     ///< whose owner could not be read, in words: those pods count by label
  std::size_t pod_template = 0;                ///< a hash: another one is another version of its pods
  bool ordered = false;                        ///< it starts its pods one after another
  Removal removal = Removal::NotReadyFirst;
  std::int64_t first_rank = 0;    ///< of pods whose names end in their ranks
  std::string replicas_writer{};  ///< field manager that last set spec.replicas, if not us; empty: unknown
  Millis progress_deadline{std::chrono::minutes(10)};  ///< a rollout without progress for so long is stalled
};

/// What a scale says now, to write it again after a conflict.
struct ScaleView {
  int spec_replicas = 0;
  std::string resource_version;
  std::string uid;
};

/// An AIAutoscaler as read: when the stored object does not decode, `problem` says why and spec is not to be used.
struct AutoscalerView {
  api::Autoscaler object;
  std::optional<Error> problem;
};

/// Another controller that owns the target's replica count.
struct Owner {
  std::string kind;  ///< "HorizontalPodAutoscaler", or "ScaledObject" where KEDA made that
  std::string name;
};

/// An events.k8s.io/v1 Event about an AIAutoscaler.
struct Event {
  static constexpr std::size_t kMaxNote = 1024;  ///< bytes, as the API server bounds them

  bool warning = false;
  api::Code reason = api::Code::Unknown;
  api::EventAction action = api::EventAction::Reconcile;
  std::string note;  ///< at most kMaxNote
};

/// How old the cached view of one kind of object may be: the time since the server last said anything about it (a list,
/// an event, a bookmark).
struct WatchAge {
  std::string resource;  ///< "pods"
  Millis age{0};
  bool decides = true;  ///< decisions rest on it
  std::string problem;  ///< why nothing is heard, in one line; empty: not known
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  /// False until the first lists are in: nothing is decided before.
  [[nodiscard]] virtual bool synced() const = 0;

  /// One per kind that is watched. Past a limit what the caches show may raise, never lower.
  [[nodiscard]] virtual std::vector<WatchAge> watch_ages() const = 0;

  /// Whether this process is the one that writes. A follower observes, forecasts and plans all the same, so that it is
  /// warm when its turn comes. Asked once a cycle; beyond that every write_… and delete_… checks by itself, just before
  /// it is sent, that the lease outlives its deadline, and else answers NotLeading: nothing was sent.
  [[nodiscard]] virtual bool leading() const = 0;

  /// All AIAutoscalers, sorted by namespace and name.
  virtual std::vector<AutoscalerView> autoscalers() = 0;

  /// The targets of `autoscalers`, in order, read side by side. Errors: NotFound (no such object), Invalid (the kind
  /// has no scale subresource, or does not exist), Conflict (too many of `autoscalers` name it), Forbidden,
  /// Unavailable, Timeout.
  virtual std::vector<Result<Target>> targets(const std::vector<api::Autoscaler>& autoscalers, Millis deadline) = 0;

  /// HorizontalPodAutoscalers in `ns` that point at `target`, those created by us left out; and KEDA's ScaledObjects,
  /// which make one, named in its place.
  virtual std::vector<Owner> other_owners(const std::string& ns, const api::TargetRef& target) = 0;

  /// Forecasts that exist and are owned by `autoscaler`, by name.
  virtual std::vector<std::string> forecasts_of(const api::Autoscaler& autoscaler) = 0;

  /// The target's scale, read afresh. Errors: as targets().
  virtual Result<ScaleView> read_scale(const api::Autoscaler& autoscaler) = 0;

  /// Merge patch on /scale with `resource_version`. Conflict: somebody wrote since. Returns the new resourceVersion.
  virtual Result<std::string> write_scale(const api::Autoscaler& autoscaler, int replicas,
                                          const std::string& resource_version) = 0;

  /// Server-side apply of the Forecast and its status.
  virtual Status write_forecast(const api::Forecast& forecast) = 0;
  virtual Status delete_forecast(const api::ObjectKey& key) = 0;

  /// Server-side apply of status; the caller asks only when it changed.
  virtual Status write_status(const api::Autoscaler& autoscaler) = 0;

  /// Best effort: an Event that cannot be written is counted, never retried.
  virtual Status write_event(const api::Autoscaler& about, const Event& event) = 0;
};

}  // namespace aia::ports
