// The loop's own time: wall time carried forward on the steady clock, so that windows keep their true length. The wall
// clock may jump, by a bad time server or a paused machine. A jump is not followed until it has lasted for a minute;
// then everything remembered in wall time moves along. A jump that ends sooner changes nothing. Small differences, from
// a clock under slow correction, are followed step by step (docs/decisions/0017).
#pragma once

#include <optional>

#include "controller/ports/clock.h"

namespace aia::loop {

class LoopClock {
 public:
  /// A difference up to `cycle`, or up to two seconds if `cycle` is shorter, is no jump.
  LoopClock(const ports::Clock& clock, Millis cycle);

  struct Reading {
    WallTime now{};
    Millis moved{0};  ///< a jump is followed from now on: remembered times must be moved by this much
    Millis off{0};    ///< the wall clock is ahead by this much (negative: behind), and not followed yet
  };
  /// Reads both clocks, once a cycle. `now` is never earlier than before, unless `moved` is negative.
  Reading read();

  /// Returns the loop's time; to be called only after the first read().
  [[nodiscard]] WallTime now() const { return WallTime{clock_.steady()} + *carried_; }

 private:
  struct Jump {
    Millis noticed{0};  ///< steady time
    Millis off{0};
  };
  const ports::Clock& clock_;
  Millis tolerance_;
  std::optional<Millis> carried_;  // now − steady time
  Millis read_at_{0};              // steady time
  std::optional<Jump> jump_;
};

}  // namespace aia::loop
