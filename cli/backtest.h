// `aiautoscaler backtest`: sits the exam on a demand file and reports how the forecaster would have done on the file's
// second half.
#pragma once

#include <string>
#include <vector>

#include "cli/demand_input.h"

namespace aia {

struct BacktestOptions {
  DemandOptions demand;
  std::vector<Millis> leads;    ///< multiples of the step; empty: those of 5, 10, 20 and 60 minutes on the grid
  std::vector<Millis> windows;  ///< multiples of the step; empty: those of 0, 5, 15 and 30 minutes on the grid
  std::string plot;             ///< SVG file to write; empty: none
  bool json = false;
};

/// Errors: Invalid, naming the flag, or the file with line and field; Unavailable.
Status backtest(const BacktestOptions& options);

}  // namespace aia
