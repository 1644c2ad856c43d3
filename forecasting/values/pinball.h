// The pinball loss, by which quantiles are learned, compared and judged (Koenker and Bassett, "Regression quantiles",
// Econometrica 46, 1978): least, on average, for the true quantile.
#pragma once

namespace forecasting {

inline constexpr double kMedian = 0.5;

/// Of forecast `quantile` at `level` in (0, 1), once `value` is known; ≥ 0, in units of the value.
inline double pinball(double value, double quantile, double level) {
  const double error = value - quantile;
  return error >= 0 ? level * error : (level - 1) * error;
}

}  // namespace forecasting
