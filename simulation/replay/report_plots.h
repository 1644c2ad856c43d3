// The plots of a replay's report: each policy's day, the steepest hours in detail, the queues and the starts.
#pragma once

#include <vector>

#include "simulation/replay/plot.h"
#include "simulation/replay/replay.h"

namespace aia::simulation {

std::vector<Plot> report_plots(const Replay& replay);

}  // namespace aia::simulation
