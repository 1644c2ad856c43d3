// Which seasons a series shows, so that nobody has to say. People live by the day and the week, so these two are asked
// first and with patience; any other period must stand out of the spectrum by itself and be confirmed by the
// autocorrelation. Conservative: a season that is not there costs accuracy every day, one that is missed is learned
// when a second week shows it. Candidates by periodogram, confirmed on the autocorrelation's hill (Vlachos, Yu and
// Castelli, "On periodicity detection and structural periodic similarity", SDM 2005); strength as in Wang, Smith and
// Hyndman (2006), out of sample.
#pragma once

#include <chrono>
#include <vector>

namespace forecasting {

struct SeasonOptions {
  double strength_min = 0.1;  ///< share of the variance, trend out, that the season before explains in the next
  int others_max = 1;         ///< seasons beside day and week
  int steps_min = 4;          ///< of the shortest season
};

/// Season lengths in steps, ascending; empty: none found. `values`: NaN = gap; at least two for a day or a week,
/// six for others. Day and week only where `step` divides them.
std::vector<int> detect_seasons(const std::vector<double>& values, std::chrono::nanoseconds step,
                                const SeasonOptions& options = {});

/// How much of the variance around the trend the mean of the other cycles explains: 1 − Σ(x − profile)² / Σ x², the
/// profile of each step taken without its own cycle, so that noise gives a figure of at most about nought. −1 when two
/// cycles are not there to compare.
double season_strength(const std::vector<double>& values, int season_steps);

}  // namespace forecasting
