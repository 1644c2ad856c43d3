// Virtual time: it stands still until the world moves it.
#pragma once

#include "controller/ports/clock.h"

namespace aia::simulation {

class VirtualClock : public ports::Clock {
 public:
  explicit VirtualClock(WallTime start) : now_(start) {}
  [[nodiscard]] WallTime now() const override { return now_; }
  [[nodiscard]] Millis steady() const override { return now_.time_since_epoch(); }
  void set(WallTime now) { now_ = now; }

 private:
  WallTime now_;
};

}  // namespace aia::simulation
