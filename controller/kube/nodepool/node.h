// A node as the node store keeps it. The labels decide to which pools the node belongs; allocatable resources, taints
// and conditions decide which pods fit. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
#pragma once

#include "controller/kube/client/json.h"
#include "controller/kube/client/selector.h"
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

}  // namespace aia::kube
