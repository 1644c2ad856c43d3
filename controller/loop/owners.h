// Finds other owners of a target's replicas (rule 9): another controller, an older AIAutoscaler, or a field manager
// that reverts our writes. An AIAutoscaler in Auto then leaves the replicas alone and names the owner. While a field
// manager reverts, replicas below minReplicas are still brought back. In Recommend and Paused the owner is only
// reported.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

/// Sets Workload::other_owner to another controller or an older AIAutoscaler. `cycle` must hold all objects.
void find_other_owners(Cycle& cycle, ports::Cluster& cluster);

/// Sets Workload::other_owner where somebody reverts our writes. The targets must have been read.
void stand_back(Cycle& cycle);

}  // namespace aia::loop
