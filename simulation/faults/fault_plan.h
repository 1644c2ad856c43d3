// What goes wrong, when, and for whom: drawn from the seed before anything runs, so that a run replays and a checker
// may ask what was so at any moment. A fault that describes a state holds from `from` until `to`; one that is a single
// act (a pod evicted, replicas set by hand) happens at `from`, and `to` is when its consequences must be over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace aia::simulation {

enum class FaultKind {
  // Between a controller and the API server; its watches are cut with it where nothing gets through.
  ApiAway,
  ApiSlow,
  ApiErrors,
  ApiConflicts,
  ApiThrottled,
  EtcdRestart,
  NetworkCut,  // of one controller; the other is fine
  WatchesCut,  // caches stand still, everything else works
  // Between a controller and Prometheus.
  MetricsAway,
  MetricsSlow,
  MetricsGarbage,
  MetricsWarn,  // partial responses with warnings
  HistoryRefused,
  // In what Prometheus has.
  ScrapeStops,
  BadSamples,    // rates that are 40 to 10⁶ times too large, in what is asked now and in history alike
  SourcesChurn,  // gateways are replaced one by one
  ScrapePartial,
  // A controller's process.
  Crash,
  Pause,      // SIGSTOP, from the next write on when severity > 0.5: between the look at the lease and the sending
  ClockJump,  // its wall clock is wrong meanwhile; steady time goes on
  // The workload.
  PodsFlap,
  PodsEvicted,
  StartsStuck,
  Rollout,
  ReadyLost,     // while it lasts; severity > 0.6: more of them as long as there is a queue
  CrashLoop,     // pods that were Ready crash, come up, and crash again
  NodeLost,      // its pods lose Ready, and are deleted five minutes later
  RolloutStuck,  // severity < 0.5: its pods find no room; else those of the new version never become Ready
  VersionMoves,  // a rollout writes the target many times a minute, spec.replicas stays
  NoSelector,    // the scale publishes none: pods cannot be found
  Rebirth,       // the target is deleted and created anew, up to three times in six minutes
  DemandGone,    // hardly any comes in; the service is well
  NoScale,
  WriteRefused,  // by an admission webhook that is down
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
  NodesStuck,  // those asked for meanwhile come late, or, severity < 0.5, only afterwards
  GpusLost,    // some of each node's
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
  double severity = 0;  ///< in [0, 1): what it means depends on the kind

  [[nodiscard]] bool lasts(WallTime at) const { return from <= at && at < to; }
  [[nodiscard]] bool hits_controller(int index) const { return controller < 0 || controller == index; }
  [[nodiscard]] bool hits_service(int index) const { return service < 0 || service == index; }
};

/// "ApiSlow 03:12–03:20 controller 1 severity 0.31".
std::string to_string(const Fault& fault);

struct FaultPlan {
  std::vector<Fault> faults;  ///< by `from`

  /// The first fault of `kind` that lasts at `at` and hits; nullptr: none.
  [[nodiscard]] const Fault* of_controller(FaultKind kind, int controller, WallTime at) const;
  [[nodiscard]] const Fault* of_service(FaultKind kind, int service, WallTime at) const;
  /// Of a metrics fault that hits both.
  [[nodiscard]] const Fault* of_both(FaultKind kind, int controller, int service, WallTime at) const;
};

/// True for faults between a controller and the API server, or of its process: nothing is expected of it meanwhile.
bool disables(FaultKind kind);

/// True for faults of the node pool.
inline bool needs_pool(FaultKind kind) {
  return kind >= FaultKind::NodesStuck;
}

/// How far a clock is off meanwhile: from seconds to half an hour, more often ahead than back.
Millis skew_of(const Fault& fault);
/// How many times too large samples are.
double bad_factor_of(const Fault& fault);
/// What a fault does to the demand that comes in, from when to when: it is gone but for health checks; or pods fail in
/// the hour that matters, because more comes in, in every third fault of theirs.
struct Turn {
  WallTime from{}, to{};
  double factor = 1;
};
std::optional<Turn> turn_of(const Fault& fault);
/// When a target is reborn: the last no later than six minutes after the first.
std::vector<WallTime> rebirths_of(const Fault& fault);

struct FaultOptions {
  double mean_faults = 12;                       ///< a day
  Millis calm_before{std::chrono::minutes(40)};  ///< at the start and
  Millis calm_after{std::chrono::minutes(75)};   ///< at the end nothing goes wrong
  std::optional<FaultKind> only{};               ///< no other kind
};

/// Who can be hit.
struct Victims {
  int controllers = 0, services = 0;
  bool pool = false;
};

FaultPlan draw_faults(std::uint64_t seed, WallTime start, Millis length, const Victims& victims,
                      const FaultOptions& options);

}  // namespace aia::simulation
