// `aiautoscaler replay`: the shell around simulation/. Reads the trace, replays the policies, prints and writes the
// reports. No other part of the replay touches files or terminals.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "simulation/replay/scenario.h"

namespace aia {

struct ReplayOptions {
  std::string input;              ///< CSV file, or "-" for standard input; empty: the generated chat service
  std::string report;             ///< HTML file to write; empty: none
  bool json = false;              ///< JSON on standard output instead of a table and a drawing
  std::string command;            ///< the command line that reproduces this report
  simulation::Scenario scenario;  ///< all but its trace and nodes
  simulation::NodeScenario nodes;
  std::optional<bool> with_nodes;  ///< unset: nodes for the generated trace, none for a trace from a file
};

/// Errors: Invalid, naming the flag, or the file with line and field; Unavailable, when a file cannot be read or
/// written.
Status replay(const ReplayOptions& options);

}  // namespace aia
