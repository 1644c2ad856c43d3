// The figures of a replay as rows of text, the same in the terminal and in the HTML report.
#pragma once

#include <string>
#include <vector>

#include "simulation/replay/replay.h"

namespace aia::simulation {

struct Table {
  std::vector<std::string> heads;  ///< the first head, over the policies' names, is empty
  std::vector<std::vector<std::string>> rows;
};

/// A row per policy, and a row of the clairvoyant bound.
Table table_of(const Replay& replay);

}  // namespace aia::simulation
