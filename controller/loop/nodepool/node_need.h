// Step 3 for pools, first half: the need of each workload. Needs are remembered from decisions, because a
// workload may miss a cycle.
#pragma once

#include "controller/loop/nodepool/pool.h"
#include "controller/loop/workload/workload.h"

namespace aia::loop {

/// Remembers each workload's need of its pool. Call after all replicas were decided and their scales written.
void note_needs(const Cycle& cycle, NodePools& pools, PoolStates& states, Workloads workloads);

}  // namespace aia::loop
