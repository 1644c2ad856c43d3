// Writes a replay as a single HTML page without scripts and resources, light or dark as the reader's system is set, and
// printable. The same replay gives the same bytes, because the page has no date.
#pragma once

#include <string>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// `command`: the command line that repeats the replay; shown unchanged.
std::string report_html(const Replay& replay, const std::string& command);

}  // namespace aia::simulation
