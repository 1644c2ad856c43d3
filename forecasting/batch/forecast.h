// A whole fan from a single pass over a short seasonal series, as the M competitions ask for (Makridakis, Spiliotis and
// Assimakopoulos, Int. J. Forecasting 36, 2020, 54-74): no state, nothing to tune, half a millisecond. A few simple
// members are fitted on logs and weighed by the inverse square of their mean absolute errors at the newest origins
// (Bates and Granger, Operational Research Q. 20, 1969): combining beats choosing. The combination's own mean absolute
// errors at these origins give the spread at every step: they are the maximum-likelihood scale of a Laplace
// distribution. Lags, ridges, gains and powers were chosen on the parts of M4 Hourly's training series before their
// last 48 values. Coefficients pooled over all series (Montero-Manso and Hyndman, Int. J. Forecasting 37, 2021) were
// tried and made the forecast worse.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "forecasting/batch/log_scale.h"

namespace forecasting::batch {

/// The largest horizon, in steps.
inline constexpr int kLongest = 100'000;

/// The fewest values for a forecast; with fewer a forecast is refused.
inline constexpr int kFewest = 8;

struct Options {
  int horizon = 48;  ///< steps, 1 … kLongest
  /// Steps, ≥ 2. Of the seasons that fit into the values three times, the shortest and the longest are used.
  std::vector<int> seasons{24, 168};
  /// Number of newest values used, ≥ kFewest; memory is 8 bytes × history × (horizon + seasons used, at most history).
  /// Raise the number for seasons above a third of it.
  int history = 4096;
};

class Forecast {
 public:
  /// Empty: the forecast is good. Otherwise the fault in the series or the options, and `point` is empty.
  std::string error;
  /// The median per step, in the series' units. Finite; ≥ 0 when all values are.
  std::vector<double> point;

  [[nodiscard]] bool ok() const { return error.empty(); }
  /// Quantile of the value `step` + 1 steps ahead, 0 ≤ step < point.size(), at level 0 < `level` < 1; never falls when
  /// the level rises.
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
