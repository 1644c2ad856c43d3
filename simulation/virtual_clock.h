// Virtual time stands still until the world moves it on, so that a day takes as long as its computation. A machine's
// own clock, whose wall time may be wrong, stands beside it.
#pragma once

#include "controller/ports/clock.h"

namespace aia::simulation {

/// A timestamp as the API server writes it, in whole seconds.
inline WallTime stamp(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

class VirtualClock : public ports::Clock {
 public:
  explicit VirtualClock(WallTime start) : now_(start) {}
  [[nodiscard]] WallTime now() const override { return now_; }
  [[nodiscard]] Millis steady() const override { return now_.time_since_epoch(); }
  void set(WallTime now) { now_ = now; }

 private:
  WallTime now_;
};

/// The clock of a machine whose wall time is off by `skew`, which may change at any moment. Its steady time is right.
class SkewedClock : public ports::Clock {
 public:
  explicit SkewedClock(const VirtualClock& right) : right_(right) {}
  [[nodiscard]] WallTime now() const override { return right_.now() + skew_; }
  [[nodiscard]] Millis steady() const override { return right_.steady(); }
  void set_skew(Millis skew) { skew_ = skew; }

 private:
  const VirtualClock& right_;
  Millis skew_{0};
};

}  // namespace aia::simulation
