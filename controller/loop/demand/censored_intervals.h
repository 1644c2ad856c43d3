// Which points of a demand's history may lack a source. Such points are lower bounds: they may raise the forecast, and
// nothing else is learned from them (rules 1 and 8). A look at the value that lacks a source casts doubt on all points
// since the last look with all sources. A look without an answer casts doubt, too: a failing server loses its sources
// gradually, as their last samples get too old, and a returning server has not scraped all sources yet. At most an hour
// of points a day is censored. Where sources come and go all day, this is how the demand is measured, and most points
// are believed; otherwise the forecaster would learn too little.
#pragma once

#include <deque>
#include <optional>

#include "base/time.h"

namespace aia::loop {

class CensoredIntervals {
 public:
  /// Notes a look at the value; call once a cycle, in order. `all`: every source that reported lately was seen.
  /// `rate_window`: the longest rate window behind the value. A source that comes back counts only after this window.
  void look(bool all, WallTime now, Millis rate_window);

  /// True when the value at `point` may lack a source.
  [[nodiscard]] bool covers(WallTime point) const;

  /// Like covers(), but true for at most six times `memory` of points within 144 times `memory`: an hour a day for the
  /// default of ten minutes. Further points are believed. Call once for each point, in order.
  bool censors(WallTime point, Millis step, Millis memory);

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by);

 private:
  struct Span {
    WallTime from{}, to{};  ///< both exclusive
  };
  std::optional<WallTime> all_;  ///< the last look with all sources; before such a look, the first look
  bool open_ = false;            ///< a look after `all_` lacked a source
  std::deque<Span> past_;
  std::deque<WallTime> censored_;
};

}  // namespace aia::loop
