// Now, as the loop counts it: wall time carried forward on the steady clock, so that a window is as long as it lasted.
// A wall clock that jumps (a bad time server, a machine that was paused) is not followed until the jump has lasted for
// a minute; then everything that is remembered in wall time moves along. What is over before that changed nothing.
// Small differences, a clock that is being corrected slowly, are followed step by step (docs/decisions/0017).
#pragma once

#include <optional>

#include "controller/ports/clock.h"

namespace aia::loop {

class LoopClock {
 public:
  /// `cycle`: differences up to it, or two seconds, are no jump.
  LoopClock(const ports::Clock& clock, Millis cycle);

  struct Reading {
    WallTime now{};
    Millis moved{0};  ///< a jump is followed from here on: what is remembered of before is to be moved by so much
    Millis off{0};    ///< the wall clock is so much ahead (or, negative, behind), and not followed yet
  };
  /// Once a cycle. `now` is never earlier than before, unless `moved` is negative.
  Reading read();

  /// The same now, at any time after the first read().
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
