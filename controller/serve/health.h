// Answers /healthz: whether the loop is alive. The loop is alive if a cycle ended recently, even a cycle without an API
// server, because a restart would not bring the API server back.
#pragma once

#include <atomic>

#include "controller/ports/clock.h"
#include "controller/ports/reporter.h"

namespace aia::serve {

class Health : public ports::Reporter {
 public:
  /// `patience`: the longest silence of a live loop; before the first cycle, silence counts from construction.
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
