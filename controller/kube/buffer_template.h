// The pods that a CapacityBuffer keeps room for, as PodTemplates: shaped like the workload's real pods, reduced to what
// the scheduler looks at. Requests are explicit, because the API server makes requests of limits for Pods and not for
// PodTemplates: a template with limits alone yields pods that ask for nothing, and no node comes (seen with Karpenter
// 1.14). Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-template-v1/
#pragma once

#include <string>
#include <vector>

#include "controller/api/resources.h"
#include "controller/kube/json.h"

namespace aia::kube {

/// One kind of pod within a replica: a buffer of its own.
struct BufferPart {
  std::string suffix;     ///< of its name: "" or "-workers"
  int pods = 1;           ///< of this kind in a replica
  api::Amounts requests;  ///< of each
  Json pod_template;      ///< {metadata: {labels}, spec}
};

/// The parts of one replica of this object: one of most kinds, leader and workers of a LeaderWorkerSet with more than
/// one pod. Errors: Invalid, as replica_of.
Result<std::vector<BufferPart>> buffer_parts_of(const Json& object);

}  // namespace aia::kube
