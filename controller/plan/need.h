// From demand to replicas, for one demand entry. need(now) is the plain reactive rule. Start is the number of replicas
// to start now for demand when they are Ready. Keep is the number needed again before a restart had paid (rules 4 and
// 5).
#pragma once

#include <optional>

#include "controller/plan/plan.h"
#include "controller/plan/supply.h"

namespace aia::plan {

inline constexpr int kManyReplicas = 1'000'000'000;  ///< no need is larger, so that sums stay within an int

/// Rounding errors of sums of doubles are smaller.
inline constexpr double kRounding = 1e-9;

/// The fewest replicas of `per_replica` each that carry `demand`; 0 for no demand. 12.000000001 ÷ 12 is 1, not 2: sums
/// of rates carry rounding errors. At most a billion.
int replicas_for(double demand, double per_replica);

/// The fan, if the demand kind may be forecast and the fan is not empty; else nullptr.
const forecasting::Fan* usable_fan(const DemandInput& demand);

/// The value, if its trust is Whole or Partial and the number is finite and not negative.
std::optional<double> usable_value(const DemandInput& demand);

/// Requests known to wait, else 0. An unknown backlog may raise the plan, but never allows a lower number:
/// `trouble_of`.
double usable_backlog(const DemandInput& demand);
/// The part of the backlog that an earlier sample confirms: the queue ahead is computed from this part.
double confirmed_backlog(const DemandInput& demand);

/// Seconds that a backlog may take once its capacity is Ready; never zero.
double drain_s(const Input& input, const Settings& settings);

/// Replicas that demand fills now, not rounded, where more requests may wait than replicas serve. 0: the value is not
/// known, or the backlog is known to be empty.
double load_in_replicas(const DemandInput& demand, const Supply& supply, double drain);

/// True for a queue without a `running` query: an empty queue does not say that the workers are idle.
bool is_queue_alone(const DemandInput& demand);

/// True for every utilisation, and for other demand if its query reads the target's own pods.
bool is_measured_on_pods(const DemandInput& demand);

/// Why this entry may not lower the number of replicas; unset: it may.
std::optional<api::Reason> trouble_of(const DemandInput& demand, const Supply& supply);

DemandFigures figures_of(const DemandInput& demand, const Input& input, const Supply& supply, const Settings& settings);

}  // namespace aia::plan
