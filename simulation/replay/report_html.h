// A replay as one HTML page that needs nothing else: no scripts, no resources, light or dark as the reader has it,
// printable. The same replay gives the same bytes: there is no date in it.
#pragma once

#include <string>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// `command`: the command line that gives the same again; shown as it is.
std::string report_html(const Replay& replay, const std::string& command);

}  // namespace aia::simulation
