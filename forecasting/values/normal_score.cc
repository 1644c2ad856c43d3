// Acklam's rational approximation of the normal quantile, exact to nine digits, and scores by linear interpolation
// between levels.
#include "forecasting/values/normal_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace forecasting {
namespace {

constexpr double kFurthest = 4;
constexpr double kTail = 0.02425;  // where the approximation changes its form
constexpr std::array kA{-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                        1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
constexpr std::array kB{-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
                        -1.328068155288572e+01};
constexpr std::array kC{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                        -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
constexpr std::array kD{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0;
  for (const double coefficient : coefficients) sum = sum * x + coefficient;
  return sum;
}

double lower_tail(double level) {
  const double q = std::sqrt(-2 * std::log(level));
  return polynomial(kC, q) / (polynomial(kD, q) * q + 1);
}

}  // namespace

double normal_quantile(double level) {
  if (level < kTail) return lower_tail(level);
  if (level > 1 - kTail) return -lower_tail(1 - level);
  const double q = level - 0.5, r = q * q;
  return polynomial(kA, r) * q / (polynomial(kB, r) * r + 1);
}

double normal_score(double value, std::span<const float> quantiles, std::span<const double> levels) {
  std::size_t above = 0;
  while (above < quantiles.size() && static_cast<double>(quantiles[above]) < value) ++above;
  const std::size_t upper = std::clamp<std::size_t>(above, 1, quantiles.size() - 1), lower = upper - 1;
  const auto low = static_cast<double>(quantiles[lower]), high = static_cast<double>(quantiles[upper]);
  const double from = normal_quantile(levels[lower]), to = normal_quantile(levels[upper]);
  if (high <= low) return value < low ? -kFurthest : value > high ? kFurthest : std::clamp(0.0, from, to);
  return std::clamp(from + (value - low) / (high - low) * (to - from), -kFurthest, kFurthest);
}

double value_at(double score, std::span<const double> quantiles, std::span<const double> scores) {
  std::size_t upper = 1;
  while (upper + 1 < scores.size() && scores[upper] < score) ++upper;
  const double from = scores[upper - 1], to = scores[upper];
  return quantiles[upper - 1] + (score - from) / (to - from) * (quantiles[upper] - quantiles[upper - 1]);
}

}  // namespace forecasting
