// Writes a replay as JSON, for programs: every figure of the table, the scenario and the verdict. The fields are
// documented in docs/replay.md. Existing fields stay; new fields may come.
#pragma once

#include <string>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// Indented, ends with a line break. Numbers have six significant digits.
std::string report_json(const Replay& replay);

}  // namespace aia::simulation
