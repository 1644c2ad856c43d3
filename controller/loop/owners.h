// Who else decides on a target's replicas (rule 9): another controller, an older AIAutoscaler, or somebody who
// keeps reverting what we write. In Auto we then touch nothing and say who; in Recommend it is only worth knowing.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

/// Fills in Workload::other_owner with another controller or an older AIAutoscaler; `cycle` holds all objects.
void find_other_owners(Cycle& cycle, ports::Cluster& cluster);

/// Fills it in where somebody reverts what we write; the targets have been read.
void stand_back(Cycle& cycle);

}  // namespace aia::loop
