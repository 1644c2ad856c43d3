// A revert is counted once, when the target first shows another value than our last write. The second revert within the
// window starts a window of standing back, and clears the count.
#include "controller/loop/workload/revert_guard.h"

namespace aia::loop {

void RevertGuard::observed(int replicas, WallTime now) {
  std::erase_if(reverts_, [&](WallTime at) { return at + window_ < now; });
  if (!ours_ || *ours_ == replicas) return;
  ours_.reset();
  reverts_.push_back(now);
  if (reverts_.size() < 2) return;
  until_ = now + window_;
  reverts_.clear();
}

void RevertGuard::shift(Millis by) {
  for (auto& at : reverts_) at += by;
  if (until_) *until_ += by;
}

std::optional<WallTime> RevertGuard::standing_back(WallTime now) const {
  return until_ && now < *until_ ? until_ : std::nullopt;
}

}  // namespace aia::loop
