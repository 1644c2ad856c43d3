// Makes the plots of a replay's report: the day of each policy, the steepest hours in detail, the queues, the starts,
// and the nodes where the scenario has nodes.
#pragma once

#include <vector>

#include "simulation/replay/plot.h"
#include "simulation/replay/replay.h"

namespace aia::simulation {

std::vector<Plot> report_plots(const Replay& replay);

}  // namespace aia::simulation
