// Which points of a demand's history are no demand: a counter that was reset or has a gap makes a rate of thousands of
// times what there was, for as long as its window, and a quantile learned from such a value costs replicas for a week.
// A short run of points that stands far above everything before and after it, and has not been seen like this before,
// is left out of what is learned (a gap). While it may still be that, its points wait; a step or a flash crowd outlasts
// it and is learned whole, in order. What comes back at its time of day, or often, is how this demand is
// (docs/decisions/0016). Pure.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"

namespace aia::loop {

/// One grid point, as it is to be learned.
struct GridPoint {
  WallTime at{};
  double value = 0;  ///< NaN: a gap, or left out
  std::vector<double> parts{};
  bool doubted = false;  ///< a lower bound, see doubt.h
};

class Masking {
 public:
  /// What demand does again, it does after `season`.
  Masking(Millis step, Millis season);

  /// The next point; `rate_window`: the longest behind the value, unset: not known. Returns what is settled by it, in
  /// order; the others wait.
  std::vector<GridPoint> take(GridPoint point, const std::optional<Millis>& rate_window);

  /// When the oldest point that waits is of.
  [[nodiscard]] std::optional<WallTime> waiting_since() const;

  /// False: the points that wait are the first there were.
  [[nodiscard]] bool started() const { return started_; }

  /// The highest value that was learned in the hour of `since` or later; unset: none was.
  [[nodiscard]] std::optional<double> highest_since(WallTime since) const;

  /// Its parts are others from here on: those of the points that wait are no longer known.
  void renew_parts(std::size_t count);

  /// Points that were left out, and the newest of them.
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  [[nodiscard]] std::optional<WallTime> newest_left_out() const { return newest_left_out_; }

  /// What it compares with, without the points that wait: those are to be taken again.
  [[nodiscard]] std::vector<double> save() const;
  /// False: `state` is not what save() made, and nothing was changed.
  bool restore(std::span<const double> state);

 private:
  static constexpr std::size_t kNear = 15;    // points
  static constexpr std::size_t kBlocks = 25;  // hours: a day, and the one that has begun
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
  std::deque<GridPoint> waiting_;  // the first of them stands out, or all are the first there were
  std::size_t standing_out_ = 0;   // of those that wait
  bool started_ = false;           // there is something to compare with
  std::deque<double> near_;        // newest last
  std::array<Block, kBlocks> day_{};
  std::deque<Run> runs_;  // that stood out, whether they were learned or not
  std::size_t left_out_ = 0;
  std::optional<WallTime> newest_left_out_;
};

}  // namespace aia::loop
