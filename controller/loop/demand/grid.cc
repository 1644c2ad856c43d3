// Puts each sample at the nearest grid point, so that a time rounded by the server still finds its point. A second
// sample at a grid point, from another series or the same, makes the point a gap: the query is ambiguous there.
#include "controller/loop/demand/grid.h"

#include <limits>

namespace aia::loop {

WallTime floor_to_grid(WallTime time, Millis step) {
  const auto since_epoch = time.time_since_epoch();
  const auto past = ((since_epoch % step) + step) % step;
  return time - past;
}

namespace {

template <class Counts>
std::vector<double> on_grid_where(const ports::QueryAnswer& answer, const GridRange& range, Counts counts) {
  std::vector<double> values(range.count(), std::numeric_limits<double>::quiet_NaN());
  std::vector<char> taken(range.count(), 0);
  for (const auto& series : answer.series) {
    if (!counts(series)) continue;
    for (const auto& sample : series.samples) {
      const auto offset = sample.time - range.first + range.step / 2;
      if (offset < Millis(0)) continue;
      const auto index = static_cast<std::size_t>(offset / range.step);
      if (index >= values.size()) continue;
      values[index] = taken[index] != 0 ? std::numeric_limits<double>::quiet_NaN() : sample.value;
      taken[index] = 1;
    }
  }
  return values;
}

}  // namespace

std::vector<double> on_grid(const ports::QueryAnswer& answer, const GridRange& range) {
  return on_grid_where(answer, range, [](const ports::LabelledSeries&) { return true; });
}

std::vector<double> on_grid(const ports::QueryAnswer& answer, const GridRange& range, const std::string& label,
                            const std::string& value) {
  return on_grid_where(answer, range, [&](const ports::LabelledSeries& series) {
    const auto found = series.labels.find(label);
    return found == series.labels.end() ? value.empty() : found->second == value;
  });
}

}  // namespace aia::loop
