// Finds points of a demand's history that are no demand (rule 1). A counter reset or gap can make a rate thousands of
// times too high, for as long as the rate window. A quantile learned from such a value costs replicas for a week. So a
// short run of points far above all points before and after is learned as a gap, unless similar runs came before. While
// a run may still turn out short, its points wait. A step or a flash crowd lasts longer than such a run and is learned
// whole, in order. A run that comes back at its time of day, or often, is believed (docs/decisions/0016). Pure.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"

namespace aia::loop {

/// The value of a point that is missing, or left out.
inline constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

/// A grid point, in the form in which the forecaster learns from it.
struct GridPoint {
  WallTime at{};
  double value = 0;  ///< or kGap
  std::vector<double> parts{};
  bool censored = false;  ///< a lower bound, see censored_intervals.h
};

class Masking {
 public:
  /// Demand is expected to repeat after `season`, or after a day if `season` is longer.
  Masking(Millis step, Millis season);

  /// Takes the next point. `rate_window`: the longest rate window behind the value; unset: not known. Returns the
  /// points that are settled now, in order; all other points wait.
  std::vector<GridPoint> take(GridPoint point, const std::optional<Millis>& rate_window);

  /// The time of the oldest waiting point; unset: no point waits.
  [[nodiscard]] std::optional<WallTime> waiting_since() const;

  /// False: too few points came so far, and all of them wait.
  [[nodiscard]] bool started() const { return started_; }

  /// The highest value learned in the hour of `since` or later; unset: no value was learned.
  [[nodiscard]] std::optional<double> highest_since(WallTime since) const;

  /// The demand's parts were chosen anew, `count` of them: part values of waiting points are set to 0.
  void renew_parts(std::size_t count);

  /// The number of points left out, and the time of the newest such point.
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  [[nodiscard]] std::optional<WallTime> newest_left_out() const { return newest_left_out_; }

  /// Returns the values that points are compared with. Waiting points are not included and must be taken again.
  [[nodiscard]] std::vector<double> save() const;
  /// Restores a `state` made by save(). Returns false, and changes nothing, if `state` is no such state.
  bool restore(std::span<const double> state);

 private:
  static constexpr std::size_t kNear = 15;    // points
  static constexpr std::size_t kBlocks = 25;  // hours: a day, and the hour that has begun
  struct Block {
    std::int64_t hour = -1;
    double highest = 0;
  };
  struct Run {
    WallTime from{}, to{};
    double highest = 0;
  };
  [[nodiscard]] bool stands_out(const GridPoint& point) const;
  [[nodiscard]] bool seen_before(const GridPoint& point) const;
  void sift(GridPoint point, std::size_t longest, std::vector<GridPoint>& settled);
  void settle(GridPoint point, std::vector<GridPoint>& settled);
  void settle_waiting(bool supported, std::vector<GridPoint>& settled);
  void compare_with(WallTime at, double value);
  void note_run(const GridPoint& point);

  Millis step_, season_;
  std::deque<GridPoint> waiting_;  // the first point stands out, or no comparison is possible yet
  std::size_t standing_out_ = 0;   // number of waiting points that stand out
  bool started_ = false;           // there are values to compare with
  std::deque<double> near_;        // newest last
  std::array<Block, kBlocks> day_{};
  std::deque<Run> runs_;  // runs that stood out, learned or left out
  std::size_t left_out_ = 0;
  std::optional<WallTime> newest_left_out_;
};

}  // namespace aia::loop
