// Virtual time: it stands still until the world moves it; and a machine's own clock, whose wall time may be wrong.
#pragma once

#include "controller/ports/clock.h"

namespace aia::simulation {

/// As the API server writes it: its timestamps have whole seconds.
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

/// Wall time as one machine has it: off by `skew`, which may change at any moment. Steady time goes on as it does.
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
