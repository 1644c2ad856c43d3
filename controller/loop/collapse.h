// Whether demand has collapsed: it lies far below every quantile that was forecast for now. An outage upstream looks
// like that (the service is well, nobody reaches it), and so does a service that is switched off. The planner keeps
// replicas through the first and gives them back in steps (plan/holds.h). The forecast goes on learning: a fall that
// comes back each day is to be expected one day. So what the fall is held against is the forecast as it was before.
// Rules 1 and 6.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "base/time.h"
#include "forecasting/values/fan.h"

namespace aia::loop {

class Collapse {
 public:
  /// What demand does again, it does after `season`.
  explicit Collapse(Millis season) : season_(season) {}

  /// A point of the history, in order: what demand was in the last hour, or the last sixty points of a finer grid. What
  /// it is during a collapse is not what it was.
  void learn(double value, WallTime at, Millis step);

  /// One look a cycle. It begins where twice the demand is below the lowest quantile that was forecast for now within
  /// the last hour, so that a slow fall which the forecast follows is one, too; by one replica's worth at least, and
  /// below what demand was for three quarters of the last hour: the end of a burst is no collapse, nor is a fall that
  /// came a season ago, give or take twenty minutes. It ends where twice
  /// the demand reaches the planning quantile `level` that was expected for now before it began; or, when it has lasted
  /// for `longest`, where the forecast for as long has come down to what demand is. `fan` empty: nothing was forecast.
  void look(double demand, const forecasting::Fan& fan, double level, double per_replica, Millis longest, WallTime now);

  [[nodiscard]] bool is_on() const { return began_.has_value(); }
  /// Since when, and what was expected when it began. Unset: there is none.
  [[nodiscard]] std::optional<WallTime> since() const;
  [[nodiscard]] double expected(WallTime at, double level) const;

  /// It began before this process did: `expected` all along.
  void restore(WallTime since, double expected);

  /// The wall clock was set by so much.
  void shift(Millis by);

 private:
  struct Point {
    WallTime at{};
    double value = 0;
  };
  struct Began {
    WallTime at{};
    forecasting::Fan expected{};  ///< empty: restored
    double restored = 0;
  };
  void remember(const forecasting::Fan& fan, WallTime now);
  [[nodiscard]] std::int64_t season_part(WallTime at) const;
  [[nodiscard]] bool fell_a_season_ago(double demand, double per_replica, WallTime now) const;
  [[nodiscard]] double lowest_expected(const forecasting::Fan& fan, WallTime now) const;
  [[nodiscard]] double lower_quartile() const;
  void accept();

  Millis season_;
  std::deque<Point> recent_;
  std::map<std::int64_t, double> season_lows_;  // lowest demand, by part of the last season and a bit
  std::map<std::int64_t, double> lowest_;       // that was expected, by part of an hour
  std::optional<std::int64_t> remembered_;      // in which of them
  std::optional<Began> began_;
};

}  // namespace aia::loop
