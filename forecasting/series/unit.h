// The unit in which a series is fitted: a power of two near its largest magnitude, so that dividing by it is exact,
// squares of 1e300 do not overflow, and a fit of c·y is the fit of y bit for bit when c is a power of two.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace forecasting {

struct ScaledSeries {
  std::vector<double> values;  ///< in `unit`; NaN: gap (also where the input was infinite)
  double unit = 1;
  int observations = 0;
  bool constant = true;  ///< no two observations differ
};

inline ScaledSeries scaled(const std::vector<double>& values) {
  ScaledSeries series;
  double largest = 0, first = std::numeric_limits<double>::quiet_NaN();
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (series.observations++ == 0) first = value;
    series.constant = series.constant && value == first;
    largest = std::max(largest, std::fabs(value));
  }
  // Not below 2^-1000: the reciprocal of a subnormal overflows.
  if (largest > 0) series.unit = std::ldexp(1.0, std::max(-1000, std::ilogb(largest)));
  series.values.reserve(values.size());
  for (const double value : values) {
    series.values.push_back(std::isfinite(value) ? value / series.unit : std::numeric_limits<double>::quiet_NaN());
  }
  return series;
}

}  // namespace forecasting
