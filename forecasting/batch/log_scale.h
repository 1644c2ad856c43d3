// Logs of a series in any units: log(value / unit + offset). The offset keeps small values from deciding everything (a
// tenth of the mean size, if the lowest value is smaller) and makes room below zero for negative values. Equivariant: a
// series times c > 0 has the same logs up to a constant.
#pragma once

#include <span>
#include <vector>

namespace forecasting::batch {

class LogScale {
 public:
  LogScale() = default;
  /// Of finite values, at least one; NaN: missing.
  explicit LogScale(std::span<const double> values);

  [[nodiscard]] double log(double value) const;  ///< NaN stays NaN
  /// Finite, and ≥ 0 when all the values were.
  [[nodiscard]] double value(double log) const;

 private:
  double unit_ = 1;  ///< a power of two: dividing is exact, and squares of the quotients cannot overflow
  double offset_ = 1;
  bool nonnegative_ = true;
};

/// `values` with gaps filled. The first available of these fills a gap: the value a long season before, a short season
/// before, a long or short season after, the nearest value before. The first value is not NaN.
std::vector<double> filled(std::span<const double> values, std::span<const int> seasons);

}  // namespace forecasting::batch
