// A pod as the pod store keeps it: what lead time and capacity need, plus its labels and what it holds of its node, so
// that tens of thousands fit. The rest is dropped while parsing (pod_trim).
#pragma once

#include "controller/kube/json.h"
#include "controller/kube/owner.h"
#include "controller/kube/selector.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

struct LabelledPod {
  ports::Pod pod;
  Labels labels;
  Controller controller{};
  std::vector<std::pair<std::string, std::int64_t>> requests{};  ///< a third of a map's memory; none of one that
                                                                 ///< finished or whose quantities do not read
  bool of_node = false;  ///< a DaemonSet's or static pod: it comes and goes with its node
};

/// Of the spec only the node and the requests are read; annotations never.
Trim pod_trim();

LabelledPod pod_from_json(const Json& object);

}  // namespace aia::kube
