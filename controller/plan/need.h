// From demand to replicas, for one entry: need(now), the plain reactive rule; start, what must be started now for
// demand when it is ready; keep, what would be needed again before a restart had paid (rules 4 and 5).
#pragma once

#include <optional>

#include "controller/plan/plan.h"
#include "controller/plan/supply.h"

namespace aia::plan {

inline constexpr int kManyReplicas = 1'000'000'000;  ///< no more are ever needed, so that sums stay within an int

/// Sums of doubles are off by less.
inline constexpr double kRounding = 1e-9;

/// The fewest replicas of `per_replica` each that carry `demand`; 0 for none. 12.000000001 ÷ 12 is one, not two: sums
/// of rates carry rounding errors. Never above a billion.
int replicas_for(double demand, double per_replica);

/// The fan, if this kind may be forecast and it says something.
const forecasting::Fan* usable_fan(const DemandInput& demand);

/// The value, if it is Whole or Partial and a number that demand can have.
std::optional<double> usable_value(const DemandInput& demand);

/// Requests known to wait; 0 when none are known to (which may raise, but never allows to lower: `trouble_of`).
double usable_backlog(const DemandInput& demand);
/// As much of it as an earlier sample shows, too: what the queue ahead is computed from.
double confirmed_backlog(const DemandInput& demand);

/// How long a backlog may take once capacity for it is ready; never zero.
double drain_s(const Input& input, const Settings& settings);

/// Replicas that demand fills now, not rounded, as far as more may be asked than is served; 0 when it is not known, or
/// when nobody is known to wait.
double load_in_replicas(const DemandInput& demand, const Supply& supply, double drain);

/// A queue without a measure of the work in progress: an empty queue does not say that the workers are idle.
bool is_queue_alone(const DemandInput& demand);

/// A utilisation is by its nature, any other demand where its query reads the target's own pods.
bool is_measured_on_pods(const DemandInput& demand);

/// Why this entry may not lower the number of replicas; unset when it may.
std::optional<api::Reason> trouble_of(const DemandInput& demand, const Supply& supply);

DemandFigures figures_of(const DemandInput& demand, const Input& input, const Supply& supply, const Settings& settings);

}  // namespace aia::plan
