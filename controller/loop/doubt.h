// Which points of a demand's history may lack a source: they are lower bounds, which may raise what is expected and
// teach nothing else (rule 8, applied to what is learned). A look at the value that does not find all its
// sources casts doubt on everything since they were last seen. That goes for a look without an answer, too: a server
// that goes loses its sources one by one, as each one's last sample gets too old, and one that comes back has not
// scraped all of them yet. Doubt is rare or wrong: where sources come and go all day it is how this demand is measured,
// and most of it is believed.
#pragma once

#include <deque>
#include <optional>

#include "base/time.h"

namespace aia::loop {

class Doubt {
 public:
  /// One look a cycle, in order: whether all who reported lately were seen, and the longest rate window behind the
  /// value: who comes back counts only after it.
  void look(bool all, WallTime now, Millis rate_window);

  /// The value at `point` may lack a source.
  [[nodiscard]] bool covers(WallTime point) const;

  /// covers(), for six times `memory` in 144 times `memory` (an hour a day, for ten minutes) at most: beyond, the value
  /// is believed. One call a point, in order.
  bool doubts(WallTime point, Millis step, Millis memory);

  /// Time was counted wrongly by so much (loop_clock.h).
  void shift(Millis by);

 private:
  struct Span {
    WallTime from{}, to{};  ///< both exclusive
  };
  std::optional<WallTime> all_;  ///< the last look that saw all, or the first there was
  bool open_ = false;            ///< since then one did not
  std::deque<Span> past_;
  std::deque<WallTime> doubted_;
};

}  // namespace aia::loop
