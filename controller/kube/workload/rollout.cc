// Compares counts and revisions of the status with the spec. Where the controller has not seen the newest generation,
// the status is out of date, and a rollout is assumed. See rollout.h.
#include "controller/kube/workload/rollout.h"

#include <limits>

namespace aia::kube {
namespace {

std::string of_updated(std::int64_t updated, std::int64_t all) {
  return std::to_string(updated) + " of " + std::to_string(all) + " replicas updated";
}

std::string condition_reason(const Json& object, const char* type) {
  const Json* condition = condition_of(object, type);
  return condition == nullptr ? "" : text_at(*condition, {"reason"});
}

/// A Deployment keeps the reason NewReplicaSetAvailable from the end of a rollout to the start of the next rollout;
/// scaling does not change this. A Deployment without a progress deadline has no such reason.
std::string deployment(const Json& object) {
  const std::int64_t wanted = int_at(object, {"spec", "replicas"}, 1);
  const std::int64_t all = int_at(object, {"status", "replicas"});
  const std::int64_t updated = int_at(object, {"status", "updatedReplicas"});
  const std::string progress = condition_reason(object, "Progressing");
  if (all > updated) return of_updated(updated, all);
  if (progress == "NewReplicaSetAvailable" || progress == "DeploymentPaused") return {};
  if (updated < wanted) return of_updated(updated, wanted);
  const std::int64_t available = int_at(object, {"status", "availableReplicas"});
  if (!progress.empty() && available < updated) {
    return std::to_string(available) + " of " + std::to_string(updated) + " updated replicas available";
  }
  return {};
}

/// A StatefulSet updates only the ordinals from its partition on. An OnDelete strategy never rolls out by itself.
std::string stateful_set(const Json& object) {
  if (text_at(object, {"spec", "updateStrategy", "type"}) == "OnDelete") return {};
  const std::string current = text_at(object, {"status", "currentRevision"});
  const std::string update = text_at(object, {"status", "updateRevision"});
  const std::int64_t wanted = int_at(object, {"spec", "replicas"}, 1) -
                              int_at(object, {"spec", "updateStrategy", "rollingUpdate", "partition"});
  const std::int64_t updated = int_at(object, {"status", "updatedReplicas"});
  if (current == update || updated >= wanted) return {};
  return of_updated(updated, wanted);
}

}  // namespace

bool has_rollout(const std::string& api_version, const std::string& kind) {
  return api_version == "apps/v1" && (kind == "Deployment" || kind == "StatefulSet");
}

Millis progress_deadline_of(const std::string& kind, const Json& object) {
  if (condition_reason(object, "Progressing") == "ProgressDeadlineExceeded") return Millis(0);
  constexpr std::int64_t kDefault = 600, kNone = std::numeric_limits<std::int32_t>::max();
  const std::int64_t stated = kind == "Deployment" ? int_at(object, {"spec", "progressDeadlineSeconds"}) : 0;
  return std::chrono::seconds(stated > 0 && stated < kNone ? stated : kDefault);
}

std::string rollout_of(const std::string& kind, const Json& object) {
  const std::int64_t generation = int_at(object, {"metadata", "generation"});
  const std::int64_t observed = int_at(object, {"status", "observedGeneration"});
  if (observed < generation) {
    return "its controller has seen generation " + std::to_string(observed) + " of " + std::to_string(generation);
  }
  return kind == "Deployment" ? deployment(object) : stateful_set(object);
}

}  // namespace aia::kube
