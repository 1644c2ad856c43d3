// Virtual time: it stands still until the world moves it. The wall clock may be off from the world's time, and jump.
#pragma once

#include "controller/ports/clock.h"

namespace aia::simulation {

class VirtualClock : public ports::Clock {
 public:
  explicit VirtualClock(WallTime start) : now_(start) {}
  [[nodiscard]] WallTime now() const override { return now_ + off_; }
  [[nodiscard]] Millis steady() const override { return now_.time_since_epoch(); }
  /// The world's.
  [[nodiscard]] WallTime time() const { return now_; }
  void set(WallTime now) { now_ = now; }
  void jump(Millis by) { off_ += by; }

 private:
  WallTime now_;
  Millis off_{0};
};

}  // namespace aia::simulation
