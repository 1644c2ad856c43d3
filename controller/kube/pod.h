// A pod as the pod store keeps it: what lead time and capacity need, plus its labels and what it holds of its node, so
// that tens of thousands fit. The rest is dropped while parsing (pod_trim). Anybody may write a pod with a megabyte of
// labels or requests, which the API server does not bound: of more labels than kMostLabelBytes none are kept, so that
// no selector with a label finds the pod and its target says that its pods are not found; requests are kept once the
// pod is on a node, which has room for them all.
#pragma once

#include "controller/kube/json.h"
#include "controller/kube/owner.h"
#include "controller/kube/selector.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

inline constexpr std::size_t kMostLabelBytes = 4U << 10U;

struct LabelledPod {
  ports::Pod pod;
  Labels labels;
  Controller controller{};
  std::vector<std::pair<std::string, std::int64_t>> requests{};  ///< a third of a map's memory; none of one that has
                                                                 ///< no node, finished, or whose quantities do not
                                                                 ///< read
  bool of_node = false;  ///< a DaemonSet's or static pod: it comes and goes with its node
};

/// Of the spec only the node and the requests are read; annotations never.
Trim pod_trim();

LabelledPod pod_from_json(const Json& object);

}  // namespace aia::kube
