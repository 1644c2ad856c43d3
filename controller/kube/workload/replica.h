// Computes the pods of a replica and their requests from the workload's pod template, as the scheduler counts them.
// Node planning needs this shape to know how many nodes the replicas fill. Source:
// kubernetes/staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests), KEP-753 (restartable init
// containers), KEP-2837 (resources of a pod as a whole).
#pragma once

#include "controller/api/resources.h"
#include "controller/kube/client/json.h"
#include "controller/kube/workload/kind.h"

namespace aia::kube {

/// The requests of a pod with this spec: the larger of the containers' sum and of the most that the init containers
/// need. Where a container has only limits, the limits count as requests. The API server does the same when a pod is
/// created, but not in a template. Errors: Invalid, naming the container and the resource.
Result<api::Amounts> requests_of_pod(const Json& pod_spec);

/// The requests of each pod of this part. Errors: Invalid
/// - when the part has no template, or a template without a spec,
/// - when a quantity does not parse,
/// - when the pods claim devices (DRA), because the pod template does not contain their number,
/// - when the pods request more than 64 resources, or a resource has a name of more than 317 characters.
Result<api::Amounts> requests_of_part(const PodPart& part);

/// How many pods of this part a replica has, as an int.
int pods_of_part(const PodPart& part);

/// The pods of one replica of the workload `object`, which is of this kind. Errors: Invalid, as requests_of_part, and
/// when the object has none of the templates that the kind has.
Result<api::ReplicaShape> replica_of(const Kind& kind, const Json& object);

}  // namespace aia::kube
