// Which grid points of a series its forecaster has seen, and which to query next. Prometheus is the memory: the same
// range query fills the history after a start, fetches the newest point every step, and catches up after an outage. A
// point whose query failed is queried again; a point that the server answered without a sample is a gap.
#pragma once

#include <optional>

#include "controller/loop/cycle/settings.h"
#include "controller/loop/demand/grid.h"

namespace aia::loop {

class SeriesHistory {
 public:
  explicit SeriesHistory(Millis span) : span_(span) {}

  /// The range to query now: oldest points first, at most `budget` points, but always some; unset when up to date.
  [[nodiscard]] std::optional<GridRange> due(WallTime now, int budget, const Settings& settings);

  /// The points of `range` were answered and fed.
  void fed(const GridRange& range);

  /// All points up to `last` were fed before, by another process.
  void resume(WallTime last);

  /// The newest point fed; unset: none.
  [[nodiscard]] std::optional<WallTime> last() const { return last_; }

  /// The answer timed out, or was too large for the server: halve the page.
  void asked_too_much() { page_ = std::max(kSmallestPage, page_ / 2); }

  /// True once the whole span has been read. Stays true: a later outage only makes the forecast expire.
  [[nodiscard]] bool loaded() const { return loaded_; }

  /// True while points are left to query beyond the last page.
  [[nodiscard]] bool behind() const { return !last_ || *last_ < newest_; }

  /// Share of the span read so far, in [0, 1].
  [[nodiscard]] double progress() const;

 private:
  static constexpr int kSmallestPage = 60;
  Millis span_;
  int page_ = 0;  // points; 0: no page was queried yet
  std::optional<WallTime> first_;
  std::optional<WallTime> last_;  // newest point fed
  WallTime newest_{};             // newest point that could be queried
  bool loaded_ = false;
};

}  // namespace aia::loop
