// The verdict of a replay in sentences: the first policy compared with each other policy. The sentences name the better
// policy and its cost, and are as plain when the first policy was not the better choice.
#pragma once

#include <string>
#include <vector>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// At least one sentence per other policy. Text, not HTML.
std::vector<std::string> verdict(const Replay& replay);

}  // namespace aia::simulation
