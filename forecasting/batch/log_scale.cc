// The unit and offset of the logs, and gaps filled from the season. The unit is a power of two, so that dividing by the
// unit is exact.
#include "forecasting/batch/log_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting::batch {
namespace {

constexpr double kFloor = .1;  // of the mean size; anything from .003 to .1 does as well on M4's validation part

}  // namespace

LogScale::LogScale(std::span<const double> values) {
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  nonnegative_ = lowest >= 0;
  const double largest = std::max(std::abs(lowest), std::abs(highest));
  if (largest == 0) return;
  unit_ = std::ldexp(1.0, std::max(-1000, std::ilogb(largest)));
  double size = 0;
  std::size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    size += std::abs(value / unit_);
    ++count;
  }
  size /= static_cast<double>(count);
  const double low = lowest / unit_, range = highest / unit_ - low;
  offset_ = nonnegative_ ? std::max(0.0, kFloor * size - low) : std::max(range, size) - low;
}

double LogScale::log(double value) const {
  return std::log(value / unit_ + offset_);
}

double LogScale::value(double log) const {
  constexpr double kLargest = std::numeric_limits<double>::max();
  const double value = std::clamp((std::exp(log) - offset_) * unit_, -kLargest, kLargest);
  return nonnegative_ ? std::max(0.0, value) : value;
}

std::vector<double> filled(std::span<const double> values, std::span<const int> seasons) {
  std::vector<double> whole(values.begin(), values.end());
  const auto size = static_cast<std::ptrdiff_t>(whole.size());
  for (std::ptrdiff_t t = 0; t < size; ++t) {
    if (!std::isnan(whole[static_cast<std::size_t>(t)])) continue;
    double found = std::numeric_limits<double>::quiet_NaN();
    for (const int sign : {-1, 1}) {
      for (const int season : seasons) {
        const std::ptrdiff_t at = t + sign * season;
        if (std::isnan(found) && season > 0 && at >= 0 && at < size) found = whole[static_cast<std::size_t>(at)];
      }
    }
    whole[static_cast<std::size_t>(t)] = std::isnan(found) ? whole[static_cast<std::size_t>(t) - 1] : found;
  }
  return whole;
}

}  // namespace forecasting::batch
