// The queue expected when a replica started now is Ready, if nothing changes until then: the queue now, plus demand,
// minus the requests that Ready and arriving replicas serve (rule 4).
#pragma once

#include <optional>

#include "controller/plan/plan.h"
#include "controller/plan/supply.h"

namespace aia::plan {

/// Requests waiting `lead` from now. Rate: a fluid queue, B' = max(0, B + (demand − capacity)·dt). Concurrency counts
/// requests in the system, so nothing accumulates: the queue is the excess over capacity at that time. Demand is the
/// forecast's median, or the current value without a forecast. A partial backlog is a lower bound of the queue. Unset:
/// demand or backlog is not known, or the kind has no queue of its own.
std::optional<double> queue_at(const DemandInput& demand, const Supply& supply, WallTime now, Millis lead);

}  // namespace aia::plan
