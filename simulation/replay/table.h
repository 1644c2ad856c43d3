// The figures of a replay as rows of text, the same ones in the terminal and in the HTML report.
#pragma once

#include <string>
#include <vector>

#include "simulation/replay/replay.h"

namespace aia::simulation {

struct Table {
  std::vector<std::string> heads;  ///< the first one is of the policies' names, empty
  std::vector<std::vector<std::string>> rows;
};

/// One row per policy, and one of the clairvoyant bound.
Table table_of(const Replay& replay);

}  // namespace aia::simulation
