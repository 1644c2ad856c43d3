// The flags of `aiautoscaler replay`, and the command line that reproduces a replay.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/replay.h"

namespace aia {

/// All but the loop's own settings. `options` must outlive `app`.
void add_replay_flags(CLI::App& app, ReplayOptions& options);

/// The given flags as a command line that reproduces the same report.
std::string replay_command(const CLI::App& app);

}  // namespace aia
