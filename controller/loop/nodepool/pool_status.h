// Step 5 for pools: statuses and Events go to the cluster, and the pools go to the Reporter as values.
#pragma once

#include "controller/loop/cycle/settings.h"
#include "controller/loop/nodepool/pool.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// Makes the status of each pool, and writes statuses and Events; a follower writes none.
void report_pools(Cycle& cycle, NodePools& pools, ports::Pools& to, const ports::Clock& clock,
                  const Settings& settings);

/// All pools as values for logs and metrics.
std::vector<ports::PoolReport> pool_reports(const NodePools& pools);

}  // namespace aia::loop
