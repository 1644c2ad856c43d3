// The real clocks behind ports::Clock.
#pragma once

#include "controller/ports/clock.h"

namespace aia {

class SystemClock : public ports::Clock {
 public:
  [[nodiscard]] WallTime now() const override { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }
  [[nodiscard]] Millis steady() const override {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace aia
