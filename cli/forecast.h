// `aiautoscaler forecast`: feeds a demand file to the forecaster and prints the forecast of the next steps.
#pragma once

#include <vector>

#include "cli/demand_input.h"

namespace aia {

enum class ForecastFormat { Table, Csv, Json };

struct ForecastOptions {
  static constexpr int kLongest = 2880;             ///< steps; each is a knot of the fan, and each knot costs
  static constexpr std::size_t kMostQuantiles = 5;  ///< the most that a fan holds

  DemandOptions demand;
  int horizon = 48;                               ///< steps, 1 to kLongest
  std::vector<double> quantiles{0.5, 0.9, 0.95};  ///< in (0, 1), at most kMostQuantiles
  ForecastFormat format = ForecastFormat::Table;
};

/// Errors: Invalid, naming the flag, or the file with line and field; Unavailable.
Status forecast(const ForecastOptions& options);

}  // namespace aia
