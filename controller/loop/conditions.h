// The state of one object in conditions: what is wrong, where, and what to do about it. Ready sums up; the others say
// which part. Reasons are stable words, messages carry the numbers.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

/// Ready, TargetFound, MetricsHealthy, ForecastEligible, AbleToScale, ScalingLimited, and NodesAhead where a pool is
/// named; transition times are not set.
std::vector<api::Condition> conditions_of(const Workload& workload);

/// The condition of that type, if there is one.
const api::Condition* find_condition(const std::vector<api::Condition>& conditions, const std::string& type);

}  // namespace aia::loop
