// What goes wrong, when, and for whom: drawn from the seed before anything runs, so that a run replays and a checker
// may ask what was so at any moment. A fault that describes a state holds from `from` until `to`; one that is a single
// act (a pod evicted, replicas set by hand) happens at `from`, and `to` is when its consequences must be over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/time.h"

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
  ScrapePartial,
  // A controller's process.
  Crash,
  Pause,  // SIGSTOP, from the next write on when severity > 0.5: between the look at the lease and the sending
  // The workload.
  PodsFlap,
  PodsEvicted,
  StartsStuck,
  Rollout,
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
};
inline constexpr int kFaultKinds = static_cast<int>(FaultKind::Poison) + 1;

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

struct FaultOptions {
  double mean_faults = 12;                       ///< a day
  Millis calm_before{std::chrono::minutes(40)};  ///< at the start and
  Millis calm_after{std::chrono::minutes(75)};   ///< at the end nothing goes wrong
  std::optional<FaultKind> only{};               ///< no other kind
};

FaultPlan draw_faults(std::uint64_t seed, WallTime start, Millis length, int controllers, int services,
                      const FaultOptions& options);

}  // namespace aia::simulation
