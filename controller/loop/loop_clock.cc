// Keeps the difference between wall clock and steady clock. A small change of this difference is followed at a tenth of
// a second per second at most. A larger change must last for a minute before it is followed at once.
#include "controller/loop/loop_clock.h"

#include <algorithm>

namespace aia::loop {
namespace {

constexpr Millis kLeastTolerance = std::chrono::seconds(2);
constexpr Millis kLasts = std::chrono::minutes(1);  // how long a jump lasts until it is followed
constexpr int kSlowly = 10;                         // at most 1 / kSlowly second per second

}  // namespace

LoopClock::LoopClock(const ports::Clock& clock, Millis cycle)
    : clock_(clock), tolerance_(std::max(cycle, kLeastTolerance)) {}

LoopClock::Reading LoopClock::read() {
  const Millis steady = clock_.steady();
  const Millis wall = clock_.now() - WallTime{steady};
  if (!carried_) carried_ = wall, read_at_ = steady;
  const Millis passed = steady - read_at_;
  read_at_ = steady;
  Reading reading;
  const Millis off = wall - *carried_;
  if (std::chrono::abs(off) <= tolerance_) {
    jump_.reset();
    *carried_ += std::clamp(off, -passed / kSlowly, passed / kSlowly);
  } else if (!jump_ || std::chrono::abs(off - jump_->off) > tolerance_) {
    jump_ = Jump{steady, off};
    reading.off = off;
  } else if (steady - jump_->noticed < kLasts) {
    reading.off = off;
  } else {
    jump_.reset();
    *carried_ += off;
    reading.moved = off;
  }
  reading.now = WallTime{steady} + *carried_;
  return reading;
}

}  // namespace aia::loop
