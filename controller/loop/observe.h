// Step 1: what is. Targets and pods, other owners, and all demand of all objects in one batch of queries, with a
// deadline of half a cycle; what has not answered by then is missing or of unknown age for its own object only.
#pragma once

#include "controller/loop/aids.h"
#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// The objects of this cycle with their states; those being deleted are left out. `adopt`: another one leads, or did in
/// the last cycle.
Cycle begin_cycle(ports::Cluster& cluster, WorkloadStates& states, WallTime now, bool adopt, const Settings& settings,
                  ports::CrashJournal* journal = nullptr);

/// Takes the objects out of `cycle` that did not answer in time when they were last looked at: a cycle of their own,
/// for after the others.
Cycle take_slow(Cycle& cycle);

/// Owners are found already: for that all objects are looked at together (owners.h).
void observe(Cycle& cycle, ports::Cluster& cluster, ports::MetricsSource& metrics, const ports::Clock& clock,
             const Settings& settings, const Aids& aids);

}  // namespace aia::loop
