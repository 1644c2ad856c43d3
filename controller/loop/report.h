// Step 5: say so. Forecasts, status and Events to the cluster, each only when there is something new in it, and the
// whole cycle as one value to the Reporter.
#pragma once

#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// Writes Forecasts, statuses and Events; a follower writes none. Expectations for later moments are kept for scoring.
/// In half a cycle; what did not get its turn comes first in the next.
void report(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings,
            EventShares& shares);

/// The cycle for logs and metrics, with what had been expected for now; keeps what is expected now.
ports::CycleReport cycle_report(Cycle& cycle, const Settings& settings);

}  // namespace aia::loop
