// A forecast in three formats: a table for people, CSV and JSON for programs. Formats: docs/forecasting.md.
#pragma once

#include <string>
#include <vector>

#include "cli/forecast.h"
#include "forecasting/values/fan.h"

namespace aia {

/// What was said, and of what.
struct Said {
  DemandSeries series;
  std::vector<int> seasons;
  forecasting::Summary summary;
  forecasting::Fan fan;
  forecasting::Fan far;  ///< speaks for the steps after `near`; empty: the other one speaks for all
  int near = 0;          ///< steps
  std::vector<double> quantiles;

  [[nodiscard]] WallTime at(int steps) const { return series.at(series.values.size() - 1) + steps * series.step; }
  [[nodiscard]] double value(int steps, double quantile) const {
    return (steps > near && !far.empty() ? far : fan).value(at(steps), quantile);
  }
};

/// In the format asked for.
std::string forecast_text(const Said& said, const ForecastOptions& options);

}  // namespace aia
