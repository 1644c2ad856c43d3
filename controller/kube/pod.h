// A pod as the pod store keeps it: what lead time and capacity need, plus its labels, so that tens of thousands fit.
// The rest is dropped while parsing (pod_trim).
#pragma once

#include "controller/kube/json.h"
#include "controller/kube/selector.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

struct LabelledPod {
  ports::Pod pod;
  Labels labels;
};

/// Spec, annotations and owners are never read.
Trim pod_trim();

LabelledPod pod_from_json(const Json& object);

}  // namespace aia::kube
