// The list of known kinds of workloads. A new kind takes a file (kind_deployment.cc is an
// example), a line in each of the two lists here, and a test in kind_test.cc.
#pragma once

#include "controller/kube/workload/kind.h"

namespace aia::kube {

const Kind& replica_set();
const Kind& deployment();
const Kind& stateful_set();
const Kind& leader_worker_set();

inline constexpr const Kind& (*kKinds[])() = {replica_set, deployment, stateful_set, leader_worker_set};

}  // namespace aia::kube
