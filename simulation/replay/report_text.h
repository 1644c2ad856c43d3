// Writes a replay for a terminal: the day of each policy as a chart of demand, Ready capacity and queue, then a table
// and the verdict in words. The signs differ in shape, so that the chart can be read without colour.
#pragma once

#include <string>

#include "simulation/replay/replay.h"

namespace aia::simulation {

struct TextOptions {
  int width = 80;  ///< columns of the terminal; used from 52, with nodes 68, to 120
  bool coloured = false;
};

std::string report_text(const Replay& replay, const TextOptions& options);

}  // namespace aia::simulation
