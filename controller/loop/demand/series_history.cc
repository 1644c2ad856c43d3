// Pages double after each answer and halve after each failure, up to the configured size. A slow server so gets smaller
// queries, and a fast server catches up in few cycles.
#include "controller/loop/demand/series_history.h"

#include <algorithm>

namespace aia::loop {

std::optional<GridRange> SeriesHistory::due(WallTime now, int budget, const Settings& settings) {
  const Millis step = settings.grid_step;
  const int largest = std::max(kSmallestPage, settings.history_page_points);
  page_ = page_ == 0 ? largest : std::min(page_, largest);
  newest_ = floor_to_grid(now - settings.settle(), step);
  if (!first_) first_ = floor_to_grid(now - span_, step);
  const WallTime first = last_ ? *last_ + step : std::min(*first_, newest_);
  if (first > newest_) return std::nullopt;
  const auto points = std::min(page_, std::max(kSmallestPage, budget));
  return GridRange{first, std::min(newest_, first + step * (points - 1)), step};
}

void SeriesHistory::fed(const GridRange& range) {
  last_ = range.last;
  if (range.last >= newest_) loaded_ = true;
  page_ *= 2;  // due() caps it
}

void SeriesHistory::resume(WallTime last) {
  first_ = last_ = last;
}

double SeriesHistory::progress() const {
  if (loaded_) return 1;
  if (!last_ || !first_ || newest_ <= *first_) return 0;
  return static_cast<double>((*last_ - *first_).count()) / static_cast<double>((newest_ - *first_).count());
}

}  // namespace aia::loop
