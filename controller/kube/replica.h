// What one replica of a workload asks of nodes, read from the pod template of its kind: whole pods, as the scheduler
// counts them. Source: kubernetes/staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests), KEP-753
// (restartable init containers), KEP-2837 (resources of a pod as a whole); LeaderWorkerSet v1 (lws.sigs.k8s.io).
#pragma once

#include "controller/api/resources.h"
#include "controller/kube/json.h"

namespace aia::kube {

/// The requests of a pod with this spec: the larger of what its containers ask for together and what starting it takes.
/// Where a container has only limits, they are its requests, as the API server makes them for a pod (of a template it
/// does not). Errors: Invalid, naming the container and the resource.
Result<api::Amounts> requests_of_pod(const Json& pod_spec);

/// Errors: Invalid when a quantity does not read, when its pods claim devices (DRA), of which the number is not in the
/// pod template, when its pods ask for more resources than any do, or when the object has no pod template where one is
/// known to be (spec.template, spec.leaderWorkerTemplate).
Result<api::ReplicaShape> replica_of(const Json& object);

}  // namespace aia::kube
