// Computes the pods of a replica and their requests from the workload's pod template, as the scheduler counts them.
// Node planning needs this shape to know how many nodes the replicas fill. Source:
// kubernetes/staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests), KEP-753 (restartable init
// containers), KEP-2837 (resources of a pod as a whole); LeaderWorkerSet v1 (lws.sigs.k8s.io).
#pragma once

#include "controller/api/resources.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

/// The requests of a pod with this spec: the larger of the containers' sum and of the most that the init containers
/// need. Where a container has only limits, the limits count as requests. The API server does the same when a pod is
/// created, but not in a template. Errors: Invalid, naming the container and the resource.
Result<api::Amounts> requests_of_pod(const Json& pod_spec);

/// The pods of one replica of the workload `object`. Errors: Invalid
/// - when a quantity does not parse,
/// - when the pods claim devices (DRA), because the pod template does not contain their number,
/// - when the pods request more than 64 resources, or a resource has a name of more than 317 characters,
/// - when the object has neither spec.template nor spec.leaderWorkerTemplate.
Result<api::ReplicaShape> replica_of(const Json& object);

}  // namespace aia::kube
