// Detects a collapse: demand lies far below every quantile that was forecast for now. An outage upstream looks like
// this (the service is well, but no client reaches the service), and so does a service that is switched off. The
// planner keeps replicas through a short collapse and gives them back in steps (plan/holds.h). Meanwhile the forecaster
// goes on learning, so that a fall that returns each day is expected one day. Demand is therefore compared with the
// forecast from before the fall (rules 1 and 6).
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "base/time.h"
#include "forecasting/values/fan.h"

namespace aia::loop {

class Collapse {
 public:
  /// Demand is expected to repeat after `season`.
  explicit Collapse(Millis season) : season_(season) {}

  /// Takes the next point of the history. The points of the last hour, or the last sixty points of a finer grid, are
  /// kept for comparison. Points during a collapse are not kept there, and only count a season later.
  void learn(double value, WallTime at, Millis step);

  /// Compares demand with the forecast; call once a cycle. A collapse begins under four conditions:
  /// - Twice the demand is below the lowest quantile that was forecast for now, at any time within the last hour. So a
  ///   slow fall that the forecast follows is a collapse, too.
  /// - Demand is below this quantile by `per_replica` (demand that one replica serves) or more.
  /// - Twice the demand is below the lower quartile of the last hour, so the end of a burst is no collapse.
  /// - Demand did not fall like this a season ago, within twenty minutes of this time.
  /// A collapse ends when twice the demand reaches the planning quantile `level` that was expected for now before the
  /// collapse. After `longest`, a collapse also ends once the forecast for the next `longest` has come down to twice
  /// the demand plus `per_replica`. `fan` empty: there is no forecast.
  void look(double demand, const forecasting::Fan& fan, double level, double per_replica, Millis longest, WallTime now);

  [[nodiscard]] bool is_on() const { return began_.has_value(); }
  /// When the collapse began; unset: there is no collapse.
  [[nodiscard]] std::optional<WallTime> since() const;
  /// Demand expected for `at` by the fan from when the collapse began; 0: there is no collapse.
  [[nodiscard]] double expected(WallTime at, double level) const;

  /// Restores a collapse that began before this process did. `expected` stands for all moments.
  void restore(WallTime since, double expected);

  /// Moves the begin and the expected fan by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by);

 private:
  struct Point {
    WallTime at{};
    double value = 0;
  };
  struct Began {
    WallTime at{};
    forecasting::Fan expected{};  ///< empty: the collapse was restored
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
  std::map<std::int64_t, double> season_lows_;  // lowest demand, by part of the last season and an hour
  std::map<std::int64_t, double> lowest_;       // highest lowest quantile, by part of the hour ahead
  std::optional<std::int64_t> remembered_;      // part in which `lowest_` was last filled
  std::optional<Began> began_;
};

}  // namespace aia::loop
