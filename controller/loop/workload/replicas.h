// Replicas as the planner counts them, made from pods as they are now and from the memory of them. Pods are sorted into
// replicas that serve, start, wait for room, or were Ready and are lost (rules 3 and 6).
#pragma once

#include "controller/loop/cycle/settings.h"
#include "controller/loop/workload/workload_state.h"
#include "controller/plan/plan.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

/// `lead`: P90 of a start. Where the target's pods cannot be seen, the counts of its scale stand in.
plan::ReplicaInput replicas_of(const ports::Target& target, const WorkloadState& state, Millis lead, WallTime now,
                               const Settings& settings);

/// Replicas whose pod has a node, and keeps the node; for a group of pods only its leader is looked at.
int bound_pods(const ports::Target& target);

}  // namespace aia::loop
