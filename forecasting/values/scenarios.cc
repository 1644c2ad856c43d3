// Interpolation along a path, quantiles across paths, and sums of paths by origin. Sums run over the parts in their
// given order, so that the same parts give the same bytes.
#include "forecasting/values/scenarios.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace forecasting {
namespace {

std::vector<long> shared(std::span<const Scenarios> parts) {
  std::vector<long> common = parts.front().drawn_at;
  for (const Scenarios& part : parts.subspan(1)) {
    std::vector<long> both;
    std::set_intersection(common.begin(), common.end(), part.drawn_at.begin(), part.drawn_at.end(),
                          std::back_inserter(both));
    common = std::move(both);
  }
  return common;
}

}  // namespace

double Scenarios::value(std::size_t path, TimePoint at) const {
  const auto above = std::lower_bound(offsets.begin(), offsets.end(), at - origin);
  const auto k = static_cast<std::size_t>(above - offsets.begin());
  if (above == offsets.begin()) return paths(path, 0);
  if (above == offsets.end()) return paths(path, k - 1);
  const Duration below = *std::prev(above);
  const double share =
      static_cast<double>((at - origin - below).count()) / static_cast<double>((*above - below).count());
  return std::lerp(paths(path, k - 1), paths(path, k), share);
}

double Scenarios::quantile(std::size_t offset, double level) const {
  return quantiles(offset, {&level, 1}).front();
}

std::vector<double> Scenarios::quantiles(std::size_t offset, std::span<const double> levels) const {
  std::vector<double> values, found;
  for (std::size_t path = 0; path < paths.rows(); ++path) values.push_back(paths(path, offset));
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  for (const double level : levels) {
    const double at = std::clamp(level * static_cast<double>(values.size()) - 0.5, 0.0, last);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    found.push_back(values[below] + (at - std::floor(at)) * (values[above] - values[below]));
  }
  return found;
}

Scenarios sum(std::span<const Scenarios> parts) {
  Scenarios total;
  if (parts.empty()) return total;
  const auto fewer = [](const Scenarios& a, const Scenarios& b) { return a.offsets.size() < b.offsets.size(); };
  total.origin = parts.front().origin;
  total.offsets = std::min_element(parts.begin(), parts.end(), fewer)->offsets;
  total.drawn_at = shared(parts);
  total.paths = Matrix(total.drawn_at.size(), total.offsets.size());
  for (const Scenarios& part : parts) {
    for (std::size_t i = 0; i < total.drawn_at.size(); ++i) {
      const auto at = std::lower_bound(part.drawn_at.begin(), part.drawn_at.end(), total.drawn_at[i]);
      const std::span<const double> path = part.paths.row(static_cast<std::size_t>(at - part.drawn_at.begin()));
      const std::span<double> sums = total.paths.row(i);
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += path[k];
    }
  }
  return total;
}

}  // namespace forecasting
