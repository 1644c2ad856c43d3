// The flags of `aiautoscaler replay`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/replay.h"

namespace aia {

/// All but the loop's own settings. `options` must outlive `app`.
void add_replay_flags(CLI::App& app, ReplayOptions& options);

/// The flags that were given, as a command line that gives the same report again.
std::string replay_command(const CLI::App& app);

}  // namespace aia
