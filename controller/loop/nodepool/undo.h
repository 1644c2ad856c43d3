// Undoes our writes to node pools without a running controller (`aiautoscaler release`). Buffers are deleted, sizes are
// put back to the original size, and our finalizers are taken off, so that nothing of ours is left (rule 11). Nodes
// that pods hold are kept unless forced.
#pragma once

#include <string>
#include <vector>

#include "controller/ports/pools.h"

namespace aia::loop {

struct UndoOptions {
  bool all = false;         ///< false: only buffers and sizes whose expiry has passed, as no controller renewed it
  bool force = false;       ///< also drain nodes that pods hold, and forget sizes whose scale is gone
  bool dry_run = false;     ///< only say which writes would be made
  Millis deadline{30'000};  ///< of each read
};

struct Undone {
  std::vector<std::string> done;  ///< writes made, in words, in order
  std::vector<std::string> left;  ///< things left behind, and why, in words; empty: nothing
};

/// Reads all pools and buffers and undoes our writes. A failure stops nothing else from being undone.
Undone undo(ports::Pools& pools, WallTime now, const UndoOptions& options);

}  // namespace aia::loop
