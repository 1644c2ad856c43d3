// Step 5: report. Forecasts, statuses and Events go to the cluster, each only if there is something new in it. The
// whole cycle goes to the Reporter as one value.
#pragma once

#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// Writes Forecasts, statuses and Events; a follower writes none. Writing takes at most half a cycle; objects left over
/// come first in the next cycle.
void report(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings,
            EventShares& shares);

/// The cycle for logs and metrics, beside the values that were expected for now. Expectations for later moments are
/// kept for scoring.
ports::CycleReport cycle_report(Cycle& cycle, const Settings& settings);

}  // namespace aia::loop
