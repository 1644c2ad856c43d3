// The real clocks behind ports::Clock. Steady time is CLOCK_BOOTTIME, which runs on while the machine sleeps. std's
// steady_clock is CLOCK_MONOTONIC, which stops then. A leader that wakes up must see that its lease has run out.
// Source: clock_gettime(2).
#pragma once

#include <ctime>

#include "controller/ports/clock.h"

namespace aia {

class SystemClock : public ports::Clock {
 public:
  [[nodiscard]] WallTime now() const override { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }
  [[nodiscard]] Millis steady() const override {
    timespec since_boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return std::chrono::floor<Millis>(std::chrono::seconds(since_boot.tv_sec) +
                                      std::chrono::nanoseconds(since_boot.tv_nsec));
  }
};

}  // namespace aia
