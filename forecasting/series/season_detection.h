// Detects the seasons of a series, so that users need not name them. People live by the day and the week, so these two
// are tried first, with lower limits. Any other period must be a hill of the autocorrelation (Vlachos, Yu and Castelli,
// "On periodicity detection and structural periodic similarity", SDM 2005, without their periodogram) and must explain
// a larger share of the variance. Conservative: a wrong season costs accuracy every day, a missed season is found
// later, with more history; strength as in Wang, Smith and Hyndman (2006), out of sample.
#pragma once

#include <chrono>
#include <vector>

namespace forecasting {

struct SeasonOptions {
  double strength_min = 0.1;  ///< least share of the detrended variance explained by a season's profile
  int others_max = 1;         ///< seasons beside day and week
  int steps_min = 4;          ///< of the shortest season
};

/// Season lengths in steps, ascending; empty: none found. `values`: NaN = gap; at least two cycles for a day or a week,
/// six for other seasons. Day and week only where `step` divides them.
std::vector<int> detect_seasons(const std::vector<double>& values, std::chrono::nanoseconds step,
                                const SeasonOptions& options = {});

/// The share of the variance around the trend explained by the mean of the other cycles: 1 − Σ(x − profile)² / Σ x².
/// The profile of each step leaves out the step's own cycle, so that noise gives about 0 at most. −1 with fewer than
/// two cycles to compare.
double season_strength(const std::vector<double>& values, int season_steps);

}  // namespace forecasting
