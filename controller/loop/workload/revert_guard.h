// Our writes to a target's scale, and whether somebody reverts them (rule 9). If our value is reverted twice within the
// window, another owner holds `replicas`, often a GitOps tool. Fighting that owner would only make the count flap.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"

namespace aia::loop {

class RevertGuard {
 public:
  explicit RevertGuard(Millis window) : window_(window) {}

  /// Our write of `replicas` was accepted.
  void wrote(int replicas) { ours_ = replicas; }

  /// The outcome of a write is not known (timeout), so the replicas seen next prove nothing.
  void uncertain() { ours_.reset(); }

  /// The target shows `replicas` now; a value other than our last write is a revert.
  void observed(int replicas, WallTime now);

  /// Until when we leave the scale alone; unset: nobody reverts our writes.
  [[nodiscard]] std::optional<WallTime> standing_back(WallTime now) const;

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by);

 private:
  Millis window_;
  std::optional<int> ours_;        // the value of our last write, until it is reverted
  std::vector<WallTime> reverts_;  // times of reverts within the window, at most one
  std::optional<WallTime> until_;
};

}  // namespace aia::loop
