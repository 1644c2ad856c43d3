// Deployment: owns its pods through ReplicaSets. A rollout is read by comparing counts; a scale-out whose new pods are
// still starting is not a rollout. Source: kubernetes/pkg/controller/deployment/progress.go
#include <limits>

#include "controller/kube/workload/kinds.h"

namespace aia::kube {
namespace {

/// The reason NewReplicaSetAvailable stays from the end of a rollout to the start of the next rollout; scaling does not
/// change this. A Deployment without a progress deadline has no such reason.
std::string deployment_rollout(const Json& object, const std::string& progress) {
  if (std::string unseen = unseen_generation(object); !unseen.empty()) return unseen;
  const std::int64_t wanted = int_at(object, {"spec", "replicas"}, 1);
  const std::int64_t all = int_at(object, {"status", "replicas"});
  const std::int64_t updated = int_at(object, {"status", "updatedReplicas"});
  if (all > updated) return of_updated(updated, all);
  if (progress == "NewReplicaSetAvailable" || progress == "DeploymentPaused") return {};
  if (updated < wanted) return of_updated(updated, wanted);
  const std::int64_t available = int_at(object, {"status", "availableReplicas"});
  if (!progress.empty() && available < updated) {
    return std::to_string(available) + " of " + std::to_string(updated) + " updated replicas available";
  }
  return {};
}

WorkloadFacts deployment_facts(const Json& object) {
  constexpr std::int64_t kNone = std::numeric_limits<std::int32_t>::max();  // a Deployment without a deadline
  const std::string progress = condition_reason(object, "Progressing");
  WorkloadFacts facts;
  facts.rollout = deployment_rollout(object, progress);
  facts.pod_template = hash_of_template(object);
  const std::int64_t stated = int_at(object, {"spec", "progressDeadlineSeconds"});
  if (stated > 0 && stated < kNone) facts.progress_deadline = std::chrono::seconds(stated);
  if (progress == "ProgressDeadlineExceeded") facts.progress_deadline = Millis(0);
  return facts;
}

}  // namespace

const Kind& deployment() {
  static const Kind kind{.name = {"apps", "Deployment"},
                         .facts = deployment_facts,
                         .between = std::vector<KindName>{{"apps", "ReplicaSet"}},
                         .removal = ports::Removal::NotReadyFirst,
                         .as_owner = Resource{"apps", "v1", "deployments"}};
  return kind;
}

}  // namespace aia::kube
