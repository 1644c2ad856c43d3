// The queue to expect when a replica started now is ready, if nothing changed until then: what waits now, plus demand,
// minus what Ready and arriving replicas serve.
#pragma once

#include <optional>

#include "controller/plan/plan.h"
#include "controller/plan/supply.h"

namespace aia::plan {

/// Requests waiting `lead` from now. Rate: a fluid queue, B' = max(0, B + (demand − capacity)·dt). Concurrency already
/// counts requests in the system, so nothing accumulates: what is in the system then and does not fit. Demand is the
/// forecast's median, without a forecast the current value. Of a partial backlog at least that part waits. Unset:
/// demand or backlog is not known, or the kind has no queue of its own.
std::optional<double> queue_at(const DemandInput& demand, const Supply& supply, WallTime now, Millis lead);

}  // namespace aia::plan
