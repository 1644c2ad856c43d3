// A whole fan from one look at a short seasonal series, as the M competitions ask for it (Makridakis, Spiliotis and
// Assimakopoulos, Int. J. Forecasting 36, 2020, 54-74): no state, nothing to tune, half a millisecond. A few simple
// members are fit on logs and weighed by the inverse square of their mean absolute errors at the newest origins (Bates
// and Granger, Operational Research Q. 20, 1969): combining beats choosing. The combination's own errors there give the
// spread at every step, that of a Laplace distribution, whose maximum likelihood they are. Lags, ridges, gains and
// powers were chosen on the parts of M4 Hourly's training series before their last 48 values. Coefficients pooled over
// all series (Montero-Manso and Hyndman, Int. J. Forecasting 37, 2021) were tried and made it worse.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "forecasting/batch/log_scale.h"

namespace forecasting::batch {

/// Steps ahead that a forecast may be asked for.
inline constexpr int kLongest = 100'000;

/// Values from which there is something to learn; below that a forecast is refused.
inline constexpr int kFewest = 8;

struct Options {
  int horizon = 48;  ///< steps, 1 … kLongest
  /// Steps, ≥ 2. Of those that fit into the values three times the shortest and the longest are used.
  std::vector<int> seasons{24, 168};
  /// The newest values used, ≥ kFewest; memory is 8 bytes × history × (horizon + seasons used, at most history).
  /// Raise it for seasons above a third of it.
  int history = 4096;
};

class Forecast {
 public:
  /// Empty: the forecast is good; else what is wrong with the series or the options, and there is no point.
  std::string error;
  /// One a step, in the series' units: the median. Finite; ≥ 0 when all the values are.
  std::vector<double> point;

  [[nodiscard]] bool ok() const { return error.empty(); }
  /// Of the value `step` + 1 steps ahead, 0 ≤ step < point.size(), at level 0 < `level` < 1; never falls as it rises.
  [[nodiscard]] double quantile(std::size_t step, double level) const;

 private:
  friend Forecast forecast(std::span<const double> series, const Options& options);

  std::vector<double> logs_;    ///< of the median
  std::vector<double> spread_;  ///< mean absolute error of the log
  LogScale scale_;
};

/// `series`: equidistant, oldest first, NaN where missing (filled as log_scale.h says; not judged when weighing). Same
/// input, same bytes. Time: about half a millisecond for a thousand hours; linear in the values.
Forecast forecast(std::span<const double> series, const Options& options = {});

}  // namespace forecasting::batch
