// The pods for which a CapacityBuffer keeps room, as PodTemplates: shaped like the workload's real pods, reduced to
// what the scheduler looks at. Requests are explicit. The API server derives requests from limits for Pods but not for
// PodTemplates, so a template with limits alone yields pods without requests, and no node comes (seen with Karpenter
// 1.14). Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-template-v1/
#pragma once

#include <string>
#include <vector>

#include "controller/api/resources.h"
#include "controller/kube/client/json.h"
#include "controller/kube/workload/kind.h"

namespace aia::kube {

/// One kind of pod within a replica. Each kind has a buffer of its own.
struct BufferPart {
  std::string suffix;     ///< of the buffer's name: "" or "-workers"
  int pods = 1;           ///< pods of this kind in a replica
  api::Amounts requests;  ///< of each pod
  Json pod_template;      ///< {metadata: {labels}, spec}
};

/// The parts of one replica of this object, which is of this kind: a single part for most kinds; leader and workers for
/// a LeaderWorkerSet of more than one pod. Errors: Invalid, as replica_of.
Result<std::vector<BufferPart>> buffer_parts_of(const Kind& kind, const Json& object);

}  // namespace aia::kube
