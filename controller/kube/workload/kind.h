// How kinds of workloads differ: its rollout, its pod templates, the owners between the
// workload and its pods, and which pods a scale-in removes first. Each kind is one file (kind_deployment.cc), and
// kinds.h lists them. An unlisted kind needs only a scale subresource: then the defaults below hold. Until a
// rollout completes or its progress deadline passes, nothing is scaled in (rule 6). Source:
// https://kubernetes.io/docs/concepts/workloads/controllers/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/client/json.h"
#include "controller/kube/client/resource.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

/// The object of a workload beyond its scale.
struct WorkloadFacts {
  std::string rollout{};  ///< why a rollout is not complete, with counts; empty: no rollout is under way
  /// How long a rollout may go without progress before the rollout counts as stalled. 0: the workload reports that its
  /// deadline has passed.
  Millis progress_deadline = std::chrono::minutes(10);
  std::size_t pod_template = 0;  ///< a hash: another hash is another version of the pods
  bool ordered = false;          ///< pods start in sequence
  std::int64_t first_rank = 0;   ///< lowest rank of pods whose names end in their ranks
};

/// A sort of pod in a replica.
struct PodPart {
  const char* suffix = "";             ///< of names made for the part, such as that of its buffer: "" or "-workers"
  std::int64_t pods = 1;               ///< pods of this sort in a replica; below 1: none
  const Json* pod_template = nullptr;  ///< in the object; nullptr: the object has none
};

/// A kind of any version of its group.
struct KindName {
  std::string_view group, kind;
  bool operator==(const KindName&) const = default;
};

/// The single pod of a replica by spec.template. A kind may use the function as its `parts`. Errors: Invalid.
Result<std::vector<PodPart>> parts_of_template(const Json& object);

struct Kind {
  KindName name{};
  /// Reads rollout, template and order from the object. nullptr: the kind has no rollout that we can read.
  WorkloadFacts (*facts)(const Json& object) = nullptr;
  /// The sorts of pods in a replica. Errors: Invalid.
  Result<std::vector<PodPart>> (*parts)(const Json& object) = parts_of_template;
  /// The kinds of owners between the workload and its pods; empty: the workload owns its pods itself. nullopt: not
  /// known, so any owner may stand between them, except of the workload's own kind.
  std::optional<std::vector<KindName>> between{};
  /// Which pods a scale-in removes first. nullopt: the controllers of the pods decide.
  std::optional<ports::Removal> removal{};
  /// Where an object of this kind is read when the object stands between a pod and its target (owner_cache.h). The
  /// rules in manifests/rbac must allow the read. nullopt: not read.
  std::optional<Resource> as_owner{};
};

/// The kind of an object, or the defaults for an unlisted kind.
const Kind& kind_of(std::string_view api_version, std::string_view kind);

/// "ReplicaSets, Deployments, StatefulSets": the listed kinds that are read as owners.
std::string kinds_read_as_owners();

// Shared by kinds.

/// The hash of spec.template; 0: the object has none.
std::size_t hash_of_template(const Json& object);

/// The reason of a condition of the object; empty: no such condition.
std::string condition_reason(const Json& object, const char* type);

/// "2 of 5 replicas updated".
std::string of_updated(std::int64_t updated, std::int64_t all);

/// Says that the controller has not seen the newest generation, so that the status is out of date and a rollout is
/// assumed. Empty: the status is up to date.
std::string unseen_generation(const Json& object);

}  // namespace aia::kube
