// What we wrote to a target's scale, and whether somebody writes it back (rule 9): our value reverted twice
// within the window means that another owner, often a GitOps tool, holds `replicas`; fighting it would only make the
// count flap.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"

namespace aia::loop {

class ScaleWrites {
 public:
  explicit ScaleWrites(Millis window) : window_(window) {}

  /// Our write of `replicas` was accepted.
  void wrote(int replicas) { ours_ = replicas; }

  /// The outcome of a write is not known (it timed out): what is seen next proves nothing.
  void uncertain() { ours_.reset(); }

  /// The target shows `replicas` now.
  void observed(int replicas, WallTime now);

  /// Until when we stand back; unset: nobody reverts us.
  [[nodiscard]] std::optional<WallTime> standing_back(WallTime now) const;

  /// Time was counted wrongly by so much (loop_clock.h).
  void shift(Millis by);

 private:
  Millis window_;
  std::optional<int> ours_;        // the value that should be there
  std::vector<WallTime> reverts_;  // within the window, at most one
  std::optional<WallTime> until_;
};

}  // namespace aia::loop
