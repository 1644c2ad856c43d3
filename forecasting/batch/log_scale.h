// Logs of a series whatever its units: log(value / unit + offset), where the offset keeps small values from deciding
// everything (a tenth of the mean size, if the lowest value is below that) and makes room below zero where there are
// negative values. Equivariant: a series times c > 0 has the same logs but for a constant.
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
  double unit_ = 1;  ///< a power of two: dividing is exact, and squares of what is left cannot overflow
  double offset_ = 1;
  bool nonnegative_ = true;
};

/// `values` with gaps filled: by the value a long season before, a short one before, one of these after, or the nearest
/// before, in this order. The first is not NaN.
std::vector<double> filled(std::span<const double> values, std::span<const int> seasons);

}  // namespace forecasting::batch
