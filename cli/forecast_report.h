// A forecast in three formats: a table for people, CSV and JSON for programs. docs/forecasting.md describes the
// formats.
#pragma once

#include <string>
#include <vector>

#include "cli/forecast.h"
#include "forecasting/values/fan.h"

namespace aia {

/// A forecast, and the series behind the forecast.
struct Said {
  DemandSeries series;
  std::vector<int> seasons;
  forecasting::Summary summary;
  forecasting::Fan fan;
  forecasting::Fan far;  ///< answers for the steps after `near`; empty: `fan` answers for all steps
  int near = 0;          ///< steps
  std::vector<double> quantiles;

  [[nodiscard]] WallTime at(int steps) const { return series.at(series.values.size() - 1) + steps * series.step; }
  [[nodiscard]] double value(int steps, double quantile) const {
    return (steps > near && !far.empty() ? far : fan).value(at(steps), quantile);
  }
};

/// In the format of `options`.
std::string forecast_text(const Said& said, const ForecastOptions& options);

}  // namespace aia
