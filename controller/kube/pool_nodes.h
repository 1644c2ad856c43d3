// Which nodes belong to which pool and what the pods on them hold: nodes and pods from their stores, joined in one pass
// over each, however many pools there are.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/kube/node.h"
#include "controller/kube/pod.h"
#include "controller/kube/store.h"

namespace aia::kube {

/// The nodes of each pool, in order, each by name. A node's pods are those bound to it, of any namespace, that have not
/// finished; each holds one of the node's "pods", too.
std::vector<std::vector<ports::Node>> nodes_of_pools(const std::vector<api::AcceleratorPool>& pools,
                                                     const Store<StoredNode>& nodes, const Store<LabelledPod>& pods);

/// Names of the nodes on which a pod is, or is about to start, that is not the node's own.
std::set<std::string> busy_nodes(const Store<LabelledPod>& pods);

}  // namespace aia::kube
