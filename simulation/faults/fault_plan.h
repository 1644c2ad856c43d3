// The plan of faults: kind, time and victims of each. The plan is drawn from the seed before the run, so that a run can
// be repeated and a checker can ask for the faults of any moment. A fault that is a state holds from `from` until `to`.
// A fault that is a single act (a pod evicted, replicas set by hand) happens at `from`, and `to` is when its
// consequences must be over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace aia::simulation {

enum class FaultKind {
  // Between a controller and the API server. Where no request gets through, the watches are cut, too.
  ApiAway,
  ApiSlow,
  ApiErrors,
  ApiConflicts,
  ApiThrottled,
  EtcdRestart,
  NetworkCut,  // of a single controller
  WatchesCut,  // caches stand still, all requests work
  // Between a controller and Prometheus.
  MetricsAway,
  MetricsSlow,
  MetricsGarbage,
  MetricsWarn,  // partial responses with warnings
  HistoryRefused,
  // In the data of Prometheus.
  ScrapeStops,
  BadSamples,    // rates 40 to 10⁶ times too large, in instant queries and in history alike
  SourcesChurn,  // gateways are replaced singly
  ScrapePartial,
  // A controller's process.
  Crash,
  Pause,      // SIGSTOP; severity > 0.5: in the next write, between the check of the lease and the sending
  ClockJump,  // the wall clock is wrong meanwhile; steady time goes on
  // The workload.
  PodsFlap,
  PodsEvicted,
  StartsStuck,
  Rollout,
  ReadyLost,     // pods lose Ready until `to`; severity > 0.6: more pods as long as there is a queue
  CrashLoop,     // pods that were Ready crash, come up, and crash again
  NodeLost,      // the node's pods lose Ready, and are deleted five minutes later
  RolloutStuck,  // severity < 0.5: new pods find no room; else pods of the new version never become Ready
  VersionMoves,  // a rollout writes the target many times a minute, spec.replicas stays
  NoSelector,    // the scale publishes no selector: pods cannot be found
  Rebirth,       // the target is deleted and created anew, up to three times in six minutes
  DemandGone,    // hardly any requests arrive; the service is well
  NoScale,
  WriteRefused,  // an admission webhook is down
  TargetGone,
  // People.
  EditBounds,
  EditMode,
  RenameDemand,
  ScaleByHand,
  OwnerAppears,
  Recreate,
  Poison,
  // The node pool, where there is one.
  NodesStuck,  // nodes requested meanwhile come late; severity < 0.5: only after `to`
  GpusLost,    // some GPUs of each node
  PoolConflicts,
  PoolRefused,
  PoolAway,  // the provider's API
};
inline constexpr int kFaultKinds = static_cast<int>(FaultKind::PoolAway) + 1;
inline constexpr int kFaultKindsWithoutPool = static_cast<int>(FaultKind::NodesStuck);

const char* to_string(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::ApiAway;
  WallTime from{}, to{};
  int controller = -1;  ///< -1: all
  int service = -1;     ///< -1: all
  double severity = 0;  ///< in [0, 1): its meaning depends on the kind

  [[nodiscard]] bool lasts(WallTime at) const { return from <= at && at < to; }
  [[nodiscard]] bool hits_controller(int index) const { return controller < 0 || controller == index; }
  [[nodiscard]] bool hits_service(int index) const { return service < 0 || service == index; }
};

/// "ApiSlow 03:12–03:20 controller 1 severity 0.31".
std::string to_string(const Fault& fault);

struct FaultPlan {
  std::vector<Fault> faults;  ///< by `from`

  /// The first fault of `kind` that lasts at `at` and hits this controller or service; nullptr: none.
  [[nodiscard]] const Fault* of_controller(FaultKind kind, int controller, WallTime at) const;
  [[nodiscard]] const Fault* of_service(FaultKind kind, int service, WallTime at) const;
  /// The same for a metrics fault, which must hit both.
  [[nodiscard]] const Fault* of_both(FaultKind kind, int controller, int service, WallTime at) const;
};

/// True for faults between a controller and the API server, or of its process: meanwhile no checker expects decisions.
bool disables(FaultKind kind);

/// True for faults of the node pool.
inline bool needs_pool(FaultKind kind) {
  return kind >= FaultKind::NodesStuck;
}

/// How far a ClockJump moves the clock: from 4 s to half an hour, more often ahead than back.
Millis skew_of(const Fault& fault);
/// The factor by which BadSamples are too large.
double bad_factor_of(const Fault& fault);
/// How a fault changes arriving demand, and when. DemandGone leaves a hundredth, as of health checks. A third of the
/// pod faults come with more demand, because pods fail when they matter most.
struct Turn {
  WallTime from{}, to{};
  double factor = 1;
};
std::optional<Turn> turn_of(const Fault& fault);
/// When a Rebirth deletes the target: one to three times, within six minutes.
std::vector<WallTime> rebirths_of(const Fault& fault);

struct FaultOptions {
  double mean_faults = 12;                       ///< a day, of a Poisson distribution
  Millis calm_before{std::chrono::minutes(40)};  ///< no faults at the start,
  Millis calm_after{std::chrono::minutes(75)};   ///< and none at the end
  std::optional<FaultKind> only{};               ///< all faults are of this kind
};

/// The possible victims of faults.
struct Victims {
  int controllers = 0, services = 0;
  bool pool = false;
};

FaultPlan draw_faults(std::uint64_t seed, WallTime start, Millis length, const Victims& victims,
                      const FaultOptions& options);

}  // namespace aia::simulation
