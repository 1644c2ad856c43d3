#include "forecasting/fan.h"

#include <algorithm>

namespace forecasting {
namespace {

/// Quantile `level` in row `k`: linear between levels, the nearest edge outside them.
double across_levels(const Fan& fan, Eigen::Index k, double level) {
  const auto& levels = fan.levels;
  const auto above = std::lower_bound(levels.begin(), levels.end(), level);
  if (above == levels.begin()) return fan.values(k, 0);
  const Eigen::Index q = above - levels.begin();
  if (above == levels.end()) return fan.values(k, q - 1);
  const double low = levels[static_cast<std::size_t>(q - 1)];
  const double share = (level - low) / (*above - low);
  return fan.values(k, q - 1) + share * (fan.values(k, q) - fan.values(k, q - 1));
}

}  // namespace

double Fan::value(TimePoint at, double level) const {
  const Duration ahead = at - origin;
  const auto above = std::lower_bound(offsets.begin(), offsets.end(), ahead);
  const Eigen::Index k = above - offsets.begin();
  if (above == offsets.end()) return across_levels(*this, k - 1, level);
  const bool first = above == offsets.begin();
  const double from = first ? latest : across_levels(*this, k - 1, level);
  const Duration start = first ? Duration{0} : offsets[static_cast<std::size_t>(k - 1)];
  if (ahead <= start) return from;
  const double share = static_cast<double>((ahead - start).count()) / static_cast<double>((*above - start).count());
  return from + share * (across_levels(*this, k, level) - from);
}

double Fan::pointwise_max(TimePoint from, TimePoint to, double level) const {
  double largest = std::max(value(from, level), value(to, level));
  for (std::size_t k = 0; k < offsets.size(); ++k) {
    const TimePoint at = origin + offsets[k];
    if (at <= from || at >= to) continue;
    largest = std::max(largest, across_levels(*this, static_cast<Eigen::Index>(k), level));
  }
  return largest;
}

}  // namespace forecasting
