// Nodes as the node store keeps them, the nodes of each pool, and the resources that pods hold on these nodes. Labels
// decide to which pools a node belongs; allocatable resources, taints and conditions decide which pods fit. Nodes and
// pods come from their stores; one pass over each store serves all pools. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/kube/client/json.h"
#include "controller/kube/client/selector.h"
#include "controller/kube/watch/store.h"
#include "controller/kube/workload/pod.h"
#include "controller/ports/pools.h"

namespace aia::kube {

struct StoredNode {
  ports::Node node;  ///< `held`, `daemons` and `busy` stay empty: the node store knows no pods
  Labels labels;
};

/// Drops annotations and the list of images, the bulk of a node's JSON; nothing here reads them.
Trim node_trim();

StoredNode node_from_json(const Json& object);

/// True if `labels` contains every key of `wanted` with the same value.
bool has_labels(const Labels& labels, const std::map<std::string, std::string>& wanted);

/// The nodes of each pool, in the order of `pools`; a pool's nodes are sorted by name. Pods of any namespace count if
/// they are bound to the node and have not finished. Each pod also holds 1 of the node's resource "pods".
std::vector<std::vector<ports::Node>> nodes_of_pools(const std::vector<api::AcceleratorPool>& pools,
                                                     const Store<StoredNode>& nodes, const Store<LabelledPod>& pods);

/// Names of the nodes to which an unfinished pod is bound, not counting pods of DaemonSets and static pods.
std::set<std::string> busy_nodes(const Store<LabelledPod>& pods);

}  // namespace aia::kube
