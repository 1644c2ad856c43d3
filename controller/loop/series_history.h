// Which grid points of a series its forecaster has seen and which to ask for next. Prometheus is the memory: the same
// question fills the history after a start, fetches the newest point every step and catches up after an outage. A point
// whose query failed is asked for again; one that the server answered without a sample is a gap.
#pragma once

#include <optional>

#include "controller/loop/grid.h"
#include "controller/loop/settings.h"

namespace aia::loop {

class SeriesHistory {
 public:
  explicit SeriesHistory(Millis span) : span_(span) {}

  /// What to ask for now, oldest first, at most `budget` points (but some always); none when up to date.
  [[nodiscard]] std::optional<GridRange> due(WallTime now, int budget, const Settings& settings);

  /// `range` was answered and fed.
  void fed(const GridRange& range);

  /// All up to `last` was fed before, by another process.
  void resume(WallTime last);

  /// Newest point that was fed.
  [[nodiscard]] std::optional<WallTime> last() const { return last_; }

  /// The answer did not come in time, or was too much for the server: ask for less next time.
  void asked_too_much() { page_ = std::max(kSmallestPage, page_ / 2); }

  /// True once the whole span has been read; stays true, an outage later on only makes the forecast expire.
  [[nodiscard]] bool loaded() const { return loaded_; }

  /// True while there is more to ask for than one page held.
  [[nodiscard]] bool behind() const { return !last_ || *last_ < newest_; }

  /// Share of the span read so far.
  [[nodiscard]] double progress() const;

 private:
  static constexpr int kSmallestPage = 60;
  Millis span_;
  int page_ = 0;  // 0: not asked yet
  std::optional<WallTime> first_;
  std::optional<WallTime> last_;  // newest point that was fed
  WallTime newest_{};             // newest point there was to ask for
  bool loaded_ = false;
};

}  // namespace aia::loop
