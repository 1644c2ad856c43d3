// A clock that a test moves by hand.
#pragma once

#include "controller/ports/clock.h"

namespace aia::tests {

class ManualClock final : public ports::Clock {
 public:
  [[nodiscard]] WallTime now() const override { return WallTime(std::chrono::seconds(1'795'000'000)) + passed_; }
  [[nodiscard]] Millis steady() const override { return passed_; }
  void advance(Millis by) { passed_ += by; }

 private:
  Millis passed_{0};
};

}  // namespace aia::tests
