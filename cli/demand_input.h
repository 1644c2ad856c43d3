// The series that `forecast` and `backtest` look at, and how it is to be forecast: the flags that both have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/demand_file.h"
#include "base/time.h"
#include "forecasting/exam/forecaster_candidate.h"

namespace aia {

struct DemandOptions {
  std::string input;            ///< CSV file, or "-" for standard input
  Millis step{0};               ///< of the grid; 0: as in the file
  std::vector<Millis> seasons;  ///< empty: as the series shows
  std::string model = "auto";
};

/// Errors: Invalid, with the flag, line and field; Unavailable.
Result<DemandSeries> read_demand(const DemandOptions& options);

/// Step, seasons and model as asked for; `known`: the steps that may be looked at. Errors: Invalid, naming the flag.
Result<forecasting::exam::EngineOptions> engine_options(const DemandOptions& options, const DemandSeries& series,
                                                        std::size_t known);

/// "24h", "24h, 168h", "none".
std::string season_words(const std::vector<int>& seasons, Millis step);

/// Whole steps in `duration`. Errors: Invalid, when it is none: names the flag, and what would do.
Result<int> in_steps(const std::string& flag, Millis duration, Millis step);

}  // namespace aia
