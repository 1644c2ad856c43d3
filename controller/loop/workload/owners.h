// Finds other owners of a target's replicas (rule 9): another controller, an older AIAutoscaler, or a field manager
// that reverts our writes. An AIAutoscaler in Auto then leaves the replicas alone and names the owner. While a field
// manager reverts, replicas below minReplicas are still brought back. In Recommend and Paused the owner is only
// reported.
#pragma once

#include "controller/loop/workload/workload.h"

namespace aia::loop {

/// Sets Observation::other_owner to another controller or an older AIAutoscaler. `workloads` must hold all objects.
void find_other_owners(const Cycle& cycle, Workloads workloads, ports::Cluster& cluster);

/// Sets Observation::other_owner where somebody reverts our writes. The targets must have been read.
void stand_back(const Cycle& cycle, Workloads workloads);

}  // namespace aia::loop
