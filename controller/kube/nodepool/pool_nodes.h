// Finds the nodes of each pool and the resources that pods hold on these nodes. Nodes and pods come from their stores;
// one pass over each store serves all pools.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/kube/nodepool/node.h"
#include "controller/kube/watch/store.h"
#include "controller/kube/workload/pod.h"

namespace aia::kube {

/// The nodes of each pool, in the order of `pools`; a pool's nodes are sorted by name. Pods of any namespace count if
/// they are bound to the node and have not finished. Each pod also holds 1 of the node's resource "pods".
std::vector<std::vector<ports::Node>> nodes_of_pools(const std::vector<api::AcceleratorPool>& pools,
                                                     const Store<StoredNode>& nodes, const Store<LabelledPod>& pods);

/// Names of the nodes to which an unfinished pod is bound, not counting pods of DaemonSets and static pods.
std::set<std::string> busy_nodes(const Store<LabelledPod>& pods);

}  // namespace aia::kube
