// Step 3 for pools, second half: how many nodes each pool needs. Decided once a cycle, after all workloads.
#pragma once

#include "controller/loop/cycle/settings.h"
#include "controller/loop/nodepool/pool.h"

namespace aia::loop {

/// Plans every usable pool; a pool whose planning throws is marked broken.
void decide_pools(NodePools& pools, const Settings& settings);

}  // namespace aia::loop
