// Tells whether this process could lead as well as a process that has run for long: whether the histories of all usable
// objects are read. /readyz waits for this beyond the caches, so that a rolling update does not replace warm followers
// with cold followers. The wait is limited, because a query without an answer must not block an update.
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>

#include "controller/ports/clock.h"
#include "controller/ports/reporter.h"

namespace aia::serve {

class WarmUp : public ports::Reporter {
 public:
  /// `patience`: the longest wait for histories, from the first cycle that observed the cluster.
  WarmUp(const ports::Clock& clock, Millis patience) : clock_(clock), patience_(patience) {}

  void report(const ports::CycleReport& cycle) override {
    if (!cycle.synced || done_) return;
    if (!begun_) begun_ = clock_.steady();
    const auto& all = cycle.objects;
    done_ = clock_.steady() - *begun_ >= patience_ ||
            std::all_of(all.begin(), all.end(), [](const auto& one) { return one.warmed_up; });
  }

  /// Stays true once true: a new object is no reason to replace this process. From any thread.
  [[nodiscard]] bool done() const { return done_; }

 private:
  const ports::Clock& clock_;
  const Millis patience_;
  std::optional<Millis> begun_;
  std::atomic<bool> done_ = false;
};

}  // namespace aia::serve
