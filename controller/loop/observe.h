// Step 1, observe: reads targets and pods, finds reverts of our writes, and asks the demand of all objects in one batch
// of queries. The deadline is half a cycle. A query without an answer by then makes the demand missing, or its age
// unknown, for its own object only.
#pragma once

#include "controller/loop/aids.h"
#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// Returns a cycle with all objects and their states; objects being deleted are left out. `adopt`: another controller
/// leads, or led in the last cycle, so the stored status is taken over.
Cycle begin_cycle(ports::Cluster& cluster, WorkloadStates& states, WallTime now, bool adopt, const Settings& settings,
                  ports::CrashJournal* journal = nullptr);

/// Takes the objects out of `cycle` that did not answer in time in their last pass, and returns them as a cycle of
/// their own, for the second pass.
Cycle take_slow(Cycle& cycle);

/// Runs the observe step. find_other_owners() must run before, on all objects together (owners.h).
void observe(Cycle& cycle, ports::Cluster& cluster, ports::MetricsSource& metrics, const ports::Clock& clock,
             const Settings& settings, const Aids& aids);

}  // namespace aia::loop
