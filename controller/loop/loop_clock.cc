// Following the wall clock; see loop_clock.h.
#include "controller/loop/loop_clock.h"

#include <algorithm>

namespace aia::loop {
namespace {

constexpr Millis kLeastTolerance = std::chrono::seconds(2);
constexpr Millis kLasts = std::chrono::minutes(1);  // a jump that is believed
constexpr int kSlowly = 10;                         // a tenth of a second for each that passed, at most

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
