// What a replay came to, in sentences: the first policy held against each other one. It says what was better, what it
// cost, and says as plainly when the first one was not the better choice.
#pragma once

#include <string>
#include <vector>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// At least one sentence per other policy. Text, not HTML.
std::vector<std::string> verdict(const Replay& replay);

}  // namespace aia::simulation
