// Replicas as the planner counts them, made from what the pods show now and what was seen of them before: which serve,
// which start, which wait for room, which were Ready and are not. Rules 3 and 6.
#pragma once

#include "controller/loop/settings.h"
#include "controller/loop/workload_state.h"
#include "controller/plan/plan.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

/// `lead`: P90 of a start. Where the target's pods cannot be seen, what its scale counts stands in.
plan::ReplicaInput replicas_of(const ports::Target& target, const WorkloadState& state, Millis lead, WallTime now,
                               const Settings& settings);

}  // namespace aia::loop
