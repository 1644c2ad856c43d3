// The demand series of `forecast` and `backtest`, and the flags for its forecast that both commands share.
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

/// Step, seasons and model from the flags; seasons are detected in the first `known` steps only. Errors: Invalid,
/// naming the flag.
Result<forecasting::exam::EngineOptions> engine_options(const DemandOptions& options, const DemandSeries& series,
                                                        std::size_t known);

/// "24h", "24h, 168h", "none".
std::string season_words(const std::vector<int>& seasons, Millis step);

/// `duration` in steps. Errors: Invalid, naming the flag: no multiple of `step` (the message gives the nearest
/// multiple), or more than kMaxDemandSteps.
Result<int> in_steps(const std::string& flag, Millis duration, Millis step);

}  // namespace aia
