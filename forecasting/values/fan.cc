// Interpolation in the fan: linear between knots, between levels and between windows. Margins are learned level by
// level and may cross, so a window's quantiles are sorted before a level is read.
#include "forecasting/values/fan.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace forecasting {
namespace {

/// Quantile `level` in row `k`: linear between levels, the nearest edge outside them.
double across_levels(const std::vector<double>& levels, const Eigen::MatrixXd& values, Eigen::Index k, double level) {
  const auto above = std::lower_bound(levels.begin(), levels.end(), level);
  if (above == levels.begin()) return values(k, 0);
  const Eigen::Index q = above - levels.begin();
  if (above == levels.end()) return values(k, q - 1);
  const double low = levels[static_cast<std::size_t>(q - 1)];
  const double share = (level - low) / (*above - low);
  return std::lerp(values(k, q - 1), values(k, q), share);
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

/// The first row after `from`, and how many there are before `to`.
std::pair<Eigen::Index, Eigen::Index> rows_between(const std::vector<Duration>& offsets, Duration from, Duration to) {
  const auto first = std::upper_bound(offsets.begin(), offsets.end(), from);
  const auto last = std::lower_bound(first, offsets.end(), to);
  return {first - offsets.begin(), last - first};
}

/// Margin of start `s` for a window of `length`: from nought at no length, linear between lengths.
double across_lengths(const Fan& fan, std::size_t s, Duration length, double level) {
  const auto at = [&](std::size_t w) {
    const auto row = static_cast<Eigen::Index>(s * fan.window_lengths.size() + w);
    return across_levels(fan.levels, fan.window_margins, row, level);
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
  const Eigen::Index k = above - offsets.begin();
  if (above == offsets.end()) return across_levels(levels, values, k - 1, level);
  const bool first = above == offsets.begin();
  const double from = first ? latest : across_levels(levels, values, k - 1, level);
  const Duration start = first ? Duration{0} : offsets[static_cast<std::size_t>(k - 1)];
  if (ahead <= start) return from;
  const double share = static_cast<double>((ahead - start).count()) / static_cast<double>((*above - start).count());
  return std::lerp(from, across_levels(levels, values, k, level), share);
}

double Fan::pointwise_max(TimePoint from, TimePoint to, double level) const {
  double largest = std::max(value(from, level), value(to, level));
  const auto [first, count] = rows_between(offsets, from - origin, to - origin);
  for (Eigen::Index k = first; k < first + count; ++k)
    largest = std::max(largest, across_levels(levels, values, k, level));
  return largest;
}

double Fan::window_max(TimePoint from, TimePoint to, double level) const {
  if (window_margins.size() == 0) return pointwise_max(from, to, level);
  const auto [s, share] = between(window_starts, from - origin);
  const auto [first, count] = rows_between(offsets, from - origin, to - origin);
  Eigen::MatrixXd all(1, static_cast<Eigen::Index>(levels.size()));
  for (std::size_t q = 0; q < levels.size(); ++q) {
    const auto column = static_cast<Eigen::Index>(q);
    double largest = std::max(value(from, levels[q]), value(to, levels[q]));
    if (count > 0) largest = std::max(largest, values.col(column).segment(first, count).maxCoeff());
    const double here = across_lengths(*this, s, to - from, levels[q]);
    const double next = share > 0 ? across_lengths(*this, s + 1, to - from, levels[q]) : here;
    all(0, column) = std::max(0.0, largest + here + share * (next - here));
  }
  std::sort(all.data(), all.data() + all.size());  // margins are learned level by level, and may cross
  return across_levels(levels, all, 0, level);
}

}  // namespace forecasting
