// A clock that a test moves by hand, whatever thread looks at it.
#pragma once

#include <atomic>

#include "controller/ports/clock.h"

namespace aia::tests {

class ManualClock final : public ports::Clock {
 public:
  [[nodiscard]] WallTime now() const override { return WallTime(std::chrono::seconds(1'795'000'000)) + steady(); }
  [[nodiscard]] Millis steady() const override { return Millis(passed_.load()); }
  void advance(Millis by) { passed_ += by.count(); }

 private:
  std::atomic<Millis::rep> passed_{0};
};

}  // namespace aia::tests
