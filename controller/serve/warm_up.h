// Whether this process could lead as well as one that has run for long: what /readyz waits for beyond the caches, so
// that a rolling update does not replace warm followers by cold ones. Bounded, because a query that never answers must
// not keep an update from going on.
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>

#include "controller/ports/clock.h"
#include "controller/ports/reporter.h"

namespace aia::serve {

class WarmUp : public ports::Reporter {
 public:
  /// `patience`: how long after the first cycle that looked at the cluster histories are waited for.
  WarmUp(const ports::Clock& clock, Millis patience) : clock_(clock), patience_(patience) {}

  void report(const ports::CycleReport& cycle) override {
    if (!cycle.synced || done_) return;
    if (!begun_) begun_ = clock_.steady();
    const auto& all = cycle.objects;
    done_ = clock_.steady() - *begun_ >= patience_ ||
            std::all_of(all.begin(), all.end(), [](const auto& one) { return one.warmed_up; });
  }

  /// Once true it stays: an object that is new is no reason to be replaced. From any thread.
  [[nodiscard]] bool done() const { return done_; }

 private:
  const ports::Clock& clock_;
  const Millis patience_;
  std::optional<Millis> begun_;
  std::atomic<bool> done_ = false;
};

}  // namespace aia::serve
