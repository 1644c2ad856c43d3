// The flags of `aiautoscaler forecast` and `aiautoscaler backtest`, in one file because both commands read the same
// demand.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/backtest.h"
#include "cli/forecast.h"

namespace aia {

/// `options` must outlive `app`.
void add_forecast_flags(CLI::App& app, ForecastOptions& options);
void add_backtest_flags(CLI::App& app, BacktestOptions& options);

}  // namespace aia
