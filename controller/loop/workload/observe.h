// Step 1, observe: reads targets and pods, finds reverts of our writes, and asks the demand of all objects in one batch
// of queries. The deadline is half a cycle. A query without an answer by then makes the demand missing, or its age
// unknown, for its own object only.
#pragma once

#include "controller/loop/workload/workload.h"
#include "controller/ports/clock.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// Returns all objects with their states, by namespace and name; objects being deleted are left out. `adopt`: another
/// controller leads, or led in the last cycle, so the stored status is taken over.
std::vector<Workload> list_workloads(ports::Cluster& cluster, WorkloadStates& states, bool adopt,
                                     const Settings& settings, ports::CrashJournal* journal);

/// Moves the objects to the end that did not answer in time in their last pass, and returns how many come before.
std::size_t put_slow_last(Workloads workloads);

/// Runs the observe step. follow_specs() must run before, and find_other_owners() on all objects together.
void observe(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, ports::MetricsSource& metrics,
             const ports::Clock& clock, const Settings& settings);

}  // namespace aia::loop
