// Undoing what we did for node pools without a controller that runs: buffers are deleted, sizes put back to what they
// were, our finalizers taken off, so that nothing of ours is left (rule 11). Nodes that pods hold are not taken
// from under them unless forced.
#pragma once

#include <string>
#include <vector>

#include "controller/ports/pools.h"

namespace aia::loop {

struct ReleaseOptions {
  bool all = false;         ///< false: only what has expired, because its controller has not spoken for long
  bool force = false;       ///< put sizes back even where that drains nodes that pods hold, forget those of scales gone
  bool dry_run = false;     ///< only say what would be done
  Millis deadline{30'000};  ///< of each answer
};

struct Released {
  std::vector<std::string> done;  ///< in words, in order
  std::vector<std::string> left;  ///< what is left behind, and why; empty: nothing
};

/// Reads everything and undoes it; one failure keeps nothing else from being undone.
Released release(ports::Pools& pools, WallTime now, const ReleaseOptions& options);

}  // namespace aia::loop
