// Interpolation in the fan: linear between knots, between levels and between windows. Margins are learned level by
// level and may cross, so a window's quantiles are sorted before a level is read.
#include "forecasting/values/fan.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace forecasting {
namespace {

/// Quantile `level` of `values` at `levels`: linear between levels, the nearest edge outside them.
double across_levels(const std::vector<double>& levels, std::span<const double> values, double level) {
  const auto above = std::lower_bound(levels.begin(), levels.end(), level);
  if (above == levels.begin()) return values.front();
  const auto q = static_cast<std::size_t>(above - levels.begin());
  if (above == levels.end()) return values[q - 1];
  const double share = (level - levels[q - 1]) / (*above - levels[q - 1]);
  return std::lerp(values[q - 1], values[q], share);
}

/// Where `at` lies between ascending `marks`: the lower one's index and the share of the way to the next; clamped.
std::pair<std::size_t, double> between(const std::vector<Duration>& marks, Duration at) {
  const auto above = std::upper_bound(marks.begin(), marks.end(), at);
  if (above == marks.begin()) return {0, 0};
  const auto index = static_cast<std::size_t>(above - marks.begin()) - 1;
  if (above == marks.end()) return {index, 0};
  return {index,
          static_cast<double>((at - marks[index]).count()) / static_cast<double>((*above - marks[index]).count())};
}

/// The first row after `from`, and the first at or after `to`.
std::pair<std::size_t, std::size_t> rows_between(const std::vector<Duration>& offsets, Duration from, Duration to) {
  const auto first = std::upper_bound(offsets.begin(), offsets.end(), from);
  const auto last = std::lower_bound(first, offsets.end(), to);
  return {static_cast<std::size_t>(first - offsets.begin()), static_cast<std::size_t>(last - offsets.begin())};
}

/// Margin of start `s` for a window of `length`: from nought at no length, linear between lengths.
double across_lengths(const Fan& fan, std::size_t s, Duration length, double level) {
  const auto at = [&](std::size_t w) {
    return across_levels(fan.levels, fan.window_margins.row(s * fan.window_lengths.size() + w), level);
  };
  const Duration first = fan.window_lengths.front();
  if (length <= first) return at(0) * static_cast<double>(length.count()) / static_cast<double>(first.count());
  const auto [w, share] = between(fan.window_lengths, length);
  return share > 0 ? at(w) + share * (at(w + 1) - at(w)) : at(w);
}

}  // namespace

double Fan::value(TimePoint at, double level) const {
  const Duration ahead = at - origin;
  const auto above = std::lower_bound(offsets.begin(), offsets.end(), ahead);
  const auto k = static_cast<std::size_t>(above - offsets.begin());
  if (above == offsets.end()) return across_levels(levels, values.row(k - 1), level);
  const bool first = above == offsets.begin();
  const double from = first ? latest : across_levels(levels, values.row(k - 1), level);
  const Duration start = first ? Duration{0} : offsets[k - 1];
  if (ahead <= start) return from;
  const double share = static_cast<double>((ahead - start).count()) / static_cast<double>((*above - start).count());
  return std::lerp(from, across_levels(levels, values.row(k), level), share);
}

double Fan::pointwise_max(TimePoint from, TimePoint to, double level) const {
  double largest = std::max(value(from, level), value(to, level));
  const auto [first, last] = rows_between(offsets, from - origin, to - origin);
  for (std::size_t k = first; k < last; ++k) largest = std::max(largest, across_levels(levels, values.row(k), level));
  return largest;
}

double Fan::window_max(TimePoint from, TimePoint to, double level) const {
  if (window_margins.empty()) return pointwise_max(from, to, level);
  const auto [s, share] = between(window_starts, from - origin);
  const auto [first, last] = rows_between(offsets, from - origin, to - origin);
  std::vector<double> all(levels.size());
  for (std::size_t q = 0; q < levels.size(); ++q) {
    double largest = std::max(value(from, levels[q]), value(to, levels[q]));
    for (std::size_t k = first; k < last; ++k) largest = std::max(largest, values(k, q));
    const double here = across_lengths(*this, s, to - from, levels[q]);
    const double next = share > 0 ? across_lengths(*this, s + 1, to - from, levels[q]) : here;
    all[q] = std::max(0.0, largest + here + share * (next - here));
  }
  std::sort(all.begin(), all.end());  // margins are learned level by level, and may cross
  return across_levels(levels, all, level);
}

}  // namespace forecasting
