// Whether the loop lives: what /healthz answers. Alive means that a cycle ended recently, also one that found the API
// server away: a restart would not bring that back.
#pragma once

#include <atomic>

#include "controller/ports/clock.h"
#include "controller/ports/reporter.h"

namespace aia::serve {

class Health : public ports::Reporter {
 public:
  /// `patience`: the longest silence of a loop that lives; counted from construction before the first cycle.
  Health(const ports::Clock& clock, Millis patience)
      : clock_(clock), patience_(patience), last_cycle_ms_(clock.steady().count()) {}

  void report(const ports::CycleReport& /*cycle*/) override { last_cycle_ms_ = clock_.steady().count(); }

  [[nodiscard]] Millis silence() const { return clock_.steady() - Millis(last_cycle_ms_.load()); }
  [[nodiscard]] bool alive() const { return silence() <= patience_; }

 private:
  const ports::Clock& clock_;
  const Millis patience_;
  std::atomic<Millis::rep> last_cycle_ms_;
};

}  // namespace aia::serve
