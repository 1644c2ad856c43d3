// Finds kinds by name, and holds what several kinds share. An unlisted kind may have the replicas of a
// LeaderWorkerSet, as kinds built on top of it do, so the shape of its object decides.
#include "controller/kube/workload/kind.h"

#include "controller/kube/workload/kinds.h"

namespace aia::kube {
namespace {

Result<std::vector<PodPart>> parts_by_shape(const Json& object) {
  if (find_at(object, {"spec", "leaderWorkerTemplate"}) != nullptr) return leader_worker_set().parts(object);
  return parts_of_template(object);
}

}  // namespace

const Kind& kind_of(std::string_view api_version, std::string_view kind) {
  static const Kind other{.parts = parts_by_shape};
  const std::string group = split_api_version(api_version).first;
  for (const auto& listed : kKinds) {
    if (listed().name == KindName{group, kind}) return listed();
  }
  return other;
}

std::string kinds_read_as_owners() {
  std::string all;
  for (const auto& listed : kKinds) {
    if (listed().as_owner) all += (all.empty() ? "" : ", ") + std::string(listed().name.kind) + "s";
  }
  return all;
}

Result<std::vector<PodPart>> parts_of_template(const Json& object) {
  const Json* pod_template = find_at(object, {"spec", "template"});
  if (pod_template == nullptr)
    return Error{ErrorKind::Invalid, "it has neither spec.template nor spec.leaderWorkerTemplate", {}};
  return std::vector<PodPart>{{"", 1, pod_template}};
}

std::size_t hash_of_template(const Json& object) {
  const Json* pods = find_at(object, {"spec", "template"});
  return pods == nullptr ? 0 : std::hash<Json>{}(*pods);
}

std::string condition_reason(const Json& object, const char* type) {
  const Json* condition = condition_of(object, type);
  return condition == nullptr ? "" : text_at(*condition, {"reason"});
}

std::string of_updated(std::int64_t updated, std::int64_t all) {
  return std::to_string(updated) + " of " + std::to_string(all) + " replicas updated";
}

std::string unseen_generation(const Json& object) {
  const std::int64_t generation = int_at(object, {"metadata", "generation"});
  const std::int64_t observed = int_at(object, {"status", "observedGeneration"});
  if (observed >= generation) return {};
  return "its controller has seen generation " + std::to_string(observed) + " of " + std::to_string(generation);
}

}  // namespace aia::kube
