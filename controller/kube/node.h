// A node as the node store keeps it: its labels, which say to which pools it belongs, and what decides whether pods fit
// on it. Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
#pragma once

#include "controller/kube/json.h"
#include "controller/kube/selector.h"
#include "controller/ports/pools.h"

namespace aia::kube {

struct StoredNode {
  ports::Node node;  ///< as it is by itself: without what pods hold
  Labels labels;
};

/// Annotations and the list of images, the bulk of a node, are never read.
Trim node_trim();

StoredNode node_from_json(const Json& object);

/// True if it has all of `wanted`.
bool has_labels(const Labels& labels, const std::map<std::string, std::string>& wanted);

}  // namespace aia::kube
