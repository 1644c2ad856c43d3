// A fan: what demand may be at each horizon, as quantiles on fixed horizon knots, interpolated between them, so that a
// lead time that changes keeps its residual history. Non-negative, monotone in the quantile. A pointwise quantile
// maximised over a window under-covers that window's maximum, so it carries margins for windows, too.
#pragma once

#include <vector>

#include "forecasting/values/matrix.h"
#include "forecasting/values/time.h"

namespace forecasting {

/// Demand quantiles seen from `origin`. values(k, q): demand at origin + offsets[k], quantile levels[q].
/// Invariants: offsets and levels strictly ascending, values finite, ≥ 0, each row non-decreasing.
struct Fan {
  TimePoint origin{};
  std::vector<Duration> offsets;
  std::vector<double> levels;
  Matrix values;      ///< offsets.size() × levels.size()
  double latest = 0;  ///< the newest observed value at or before origin: the fan at offset 0
  /// What the maximum of a window needs beyond the largest pointwise quantile in it; none known: nought.
  std::vector<Duration> window_starts, window_lengths;  ///< ascending
  Matrix window_margins;                                ///< (starts × lengths) × levels

  [[nodiscard]] bool empty() const { return offsets.empty(); }

  /// Quantile `level` at time `at`: linear between knots and between levels, `latest` at the origin; beyond the last
  /// knot or outside the levels the nearest edge. Precondition: not empty.
  [[nodiscard]] double value(TimePoint at, double level) const;

  /// Largest pointwise quantile in [from, to], looked at both ends and every knot between.
  [[nodiscard]] double pointwise_max(TimePoint from, TimePoint to, double level) const;

  /// Quantile `level` of the largest demand in [from, to]: the largest pointwise one and the margin of the nearest
  /// windows, which a window of no length does without.
  [[nodiscard]] double window_max(TimePoint from, TimePoint to, double level) const;
};

}  // namespace forecasting
