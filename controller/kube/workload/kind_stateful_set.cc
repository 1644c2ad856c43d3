// StatefulSet: owns its pods itself, starts them in the order of their ranks unless podManagementPolicy is Parallel,
// and removes its highest ranks first, whether these serve or not. A rollout is read by comparing revisions. Source:
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
#include "controller/kube/workload/kinds.h"

namespace aia::kube {
namespace {

/// A StatefulSet updates only the ordinals from its partition on. An OnDelete strategy never rolls out by itself.
std::string stateful_set_rollout(const Json& object) {
  if (std::string unseen = unseen_generation(object); !unseen.empty()) return unseen;
  if (text_at(object, {"spec", "updateStrategy", "type"}) == "OnDelete") return {};
  const std::string current = text_at(object, {"status", "currentRevision"});
  const std::string update = text_at(object, {"status", "updateRevision"});
  const std::int64_t wanted = int_at(object, {"spec", "replicas"}, 1) -
                              int_at(object, {"spec", "updateStrategy", "rollingUpdate", "partition"});
  const std::int64_t updated = int_at(object, {"status", "updatedReplicas"});
  if (current == update || updated >= wanted) return {};
  return of_updated(updated, wanted);
}

WorkloadFacts stateful_set_facts(const Json& object) {
  WorkloadFacts facts;
  facts.rollout = stateful_set_rollout(object);
  facts.pod_template = hash_of_template(object);
  facts.ordered = text_at(object, {"spec", "podManagementPolicy"}) != "Parallel";
  facts.first_rank = int_at(object, {"spec", "ordinals", "start"});
  return facts;
}

}  // namespace

const Kind& stateful_set() {
  static const Kind kind{.name = {"apps", "StatefulSet"},
                         .facts = stateful_set_facts,
                         .between = std::vector<KindName>{},
                         .removal = ports::Removal::HighestRank,
                         .as_owner = Resource{"apps", "v1", "statefulsets"}};
  return kind;
}

}  // namespace aia::kube
