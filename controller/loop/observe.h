// Step 1: what is. Targets and pods, other owners, and all demand of all objects in one batch of queries, with a
// deadline of half a cycle; what has not answered by then is missing or of unknown age for its own object only.
#pragma once

#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// The objects of this cycle with their states; those being deleted are left out.
Cycle begin_cycle(ports::Cluster& cluster, WorkloadStates& states, WallTime now, const Settings& settings);

void observe(Cycle& cycle, ports::Cluster& cluster, ports::MetricsSource& metrics, const ports::Clock& clock,
             const Settings& settings);

}  // namespace aia::loop
