// A pod as the pod store keeps it: the fields that lead time and capacity need, labels, and requests. pod_trim drops
// all other fields while parsing, so that tens of thousands of pods fit in memory. The API server does not bound labels
// and requests, so any user may write a megabyte of either. A pod with more than kMostLabelBytes of labels loses all of
// them: then no selector with a label finds the pod, and its target reports missing pods. Requests are kept only once
// the pod is on a node, because a node has room for its pods.
#pragma once

#include "controller/kube/client/controller_ref.h"
#include "controller/kube/client/json.h"
#include "controller/kube/client/selector.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

inline constexpr std::size_t kMostLabelBytes = 4U << 10U;

struct LabelledPod {
  ports::Pod pod;
  Labels labels;
  Controller controller{};
  std::vector<std::pair<std::string, std::int64_t>> requests{};  ///< a third of a map's memory; empty for a pod
                                                                 ///< without a node, a finished pod, or unreadable
                                                                 ///< quantities
  bool of_node = false;  ///< a pod of a DaemonSet or a static pod; such a pod comes and goes with its node
};

/// Drops annotations and, of the spec, most fields other than the node and the requests.
Trim pod_trim();

LabelledPod pod_from_json(const Json& object);

}  // namespace aia::kube
