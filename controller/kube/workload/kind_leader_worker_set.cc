// LeaderWorkerSet: a replica is a group of a leader pod and size - 1 worker pods. Its pods belong to StatefulSets, one
// for the leaders and one for each group, so their controllers tell nothing about the order of removal. Source:
// https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/
#include "controller/kube/workload/kinds.h"

namespace aia::kube {
namespace {

/// Without a leaderTemplate the leader uses the workerTemplate.
Result<std::vector<PodPart>> parts_of_group(const Json& object) {
  const Json* workers = find_at(object, {"spec", "leaderWorkerTemplate", "workerTemplate"});
  const Json* leader = find_at(object, {"spec", "leaderWorkerTemplate", "leaderTemplate"});
  const std::int64_t size = int_at(object, {"spec", "leaderWorkerTemplate", "size"}, 1);
  return std::vector<PodPart>{{"", 1, leader != nullptr ? leader : workers}, {"-workers", size - 1, workers}};
}

}  // namespace

const Kind& leader_worker_set() {
  static const Kind kind{.name = {"leaderworkerset.x-k8s.io", "LeaderWorkerSet"}, .parts = parts_of_group};
  return kind;
}

}  // namespace aia::kube
