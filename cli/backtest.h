// `aiautoscaler backtest`: sits the exam on a file and says how the forecaster would have done on its second half.
#pragma once

#include <string>
#include <vector>

#include "cli/demand_input.h"

namespace aia {

struct BacktestOptions {
  DemandOptions demand;
  std::vector<Millis> leads;    ///< multiples of the step; empty: what the grid has of 5, 10, 20 and 60 minutes
  std::vector<Millis> windows;  ///< multiples of the step; empty: what the grid has of 0, 5, 15 and 30 minutes
  std::string plot;             ///< SVG file to write; empty: none
  bool json = false;
};

/// Errors: Invalid, naming the flag, or the file with line and field; Unavailable.
Status backtest(const BacktestOptions& options);

}  // namespace aia
