// ReplicaSet: owns its pods itself, has no rollout, and removes pods that are not Ready first. Source:
// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/
#include "controller/kube/workload/kinds.h"

namespace aia::kube {

const Kind& replica_set() {
  static const Kind kind{.name = {"apps", "ReplicaSet"},
                         .between = std::vector<KindName>{},
                         .removal = ports::Removal::NotReadyFirst,
                         .as_owner = Resource{"apps", "v1", "replicasets"}};
  return kind;
}

}  // namespace aia::kube
