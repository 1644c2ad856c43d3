// Step 1 for pools: reads pools with their nodes, then our buffers, judges nodes, and measures their starts. Nodes are
// believed, never the condition of a CapacityBuffer, which says "fits" while nodes are still being launched (measured
// on Karpenter 1.14).
#pragma once

#include "controller/loop/cycle/settings.h"
#include "controller/loop/nodepool/pool.h"
#include "controller/loop/workload/workload.h"

namespace aia::loop {

/// Reads pools and buffers, each within half of the observation deadline. `unseen`: kinds whose changes cannot be seen,
/// asked before the caches are read. `adopt`: another controller leads, or led in the last cycle, so each pool's stored
/// status replaces ours.
NodePools observe_pools(const Cycle& cycle, ports::Pools& pools, PoolStates& states, std::string unseen, bool adopt,
                        ports::CrashJournal* journal, const Settings& settings);

/// Tells each pool its members, and each workload its pool. `workloads`: all of them.
void join_pools(const Cycle& cycle, NodePools& pools, PoolStates& states, Workloads workloads);

}  // namespace aia::loop
