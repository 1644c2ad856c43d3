// The quantiles that the exam judges, and their loss (Koenker and Bassett, "Regression quantiles", Econometrica 46,
// 1978).
#pragma once

#include <array>
#include <cstddef>

namespace forecasting::exam {

inline constexpr std::array<double, 4> kLevels{0.5, 0.9, 0.95, 0.99};
inline constexpr std::array<const char*, 4> kLevelNames{"0.5", "0.9", "0.95", "0.99"};
inline constexpr std::size_t kMedian = 0, kP90 = 1, kP95 = 2, kP99 = 3;

inline double pinball(double value, double quantile, double level) {
  const double error = value - quantile;
  return error >= 0 ? level * error : (level - 1) * error;
}

}  // namespace forecasting::exam
