// `aiautoscaler replay`: the shell around simulation/: reads the trace, plays the policies, prints and writes the
// reports. The only place of the replay that knows files and terminals.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "simulation/replay/scenario.h"

namespace aia {

struct ReplayOptions {
  std::string input;    ///< CSV file, or "-" for standard input; empty: the chat service that the project makes
  std::string report;   ///< HTML file to write; empty: none
  bool json = false;    ///< JSON on standard output instead of a table and a drawing
  std::string command;  ///< the command line that gives the same again, for the report
  simulation::Scenario scenario;  ///< all but its trace and nodes
  simulation::NodeScenario nodes;
  std::optional<bool> with_nodes;  ///< unset: the made trace is played with nodes, one's own without
};

/// Errors: Invalid, naming the flag, or the file with line and field; Unavailable, when a file cannot be read or
/// written.
Status replay(const ReplayOptions& options);

}  // namespace aia
