// A replay in a terminal: a table, the verdict in words, and the day drawn for each policy: demand, the capacity that
// was Ready, and the queue. Without colour the same signs say the same.
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
