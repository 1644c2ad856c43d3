// AcceleratorPool (aiautoscaler.io/v1alpha1, cluster-scoped) as a struct: the pool's nodes, how the pool is sized, its
// bounds and its tenants. The cluster's admin declares the pool; AIAutoscalers name the pool in spec.nodePoolRefs. Not
// to be confused with Karpenter's NodePool, which may lie behind a pool, nor with the Gateway API's InferencePool.
// Defaults equal the CRD's (crds/acceleratorpools.yaml), and a test compares them. JSON in accelerator_pool_json.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "controller/api/meta.h"
#include "controller/api/reason.h"

namespace aia::api {

/// How nodes are requested. CapacityBuffer: a buffer per workload asks the node autoscaler for free room, counted in
/// replicas (autoscaling.x-k8s.io). Scale: the number of nodes is written to a scale subresource.
enum class Sizing { CapacityBuffer, Scale };

/// Whether a way of sizing asks for nodes by a number of nodes, or by room that buffers keep for replicas.
enum class AsksBy { Size, Room };
constexpr AsksBy asks_by(Sizing sizing) {
  return sizing == Sizing::Scale ? AsksBy::Size : AsksBy::Room;
}

/// A taint that keeps pods without a toleration off a node. Only NoSchedule and NoExecute do so.
struct Taint {
  std::string key, value, effect;
  auto operator<=>(const Taint&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs on it
  /// "nvidia.com/gpu=present:NoSchedule", as kubectl writes it.
  [[nodiscard]] std::string to_string() const { return key + (value.empty() ? "" : "=" + value) + ":" + effect; }
};

/// The object with the scale: a static Karpenter NodePool, or a Cluster API MachineDeployment.
struct ScaleRef {
  std::string api_version, kind, name;
  std::string ns;  ///< empty: a cluster-scoped kind
  bool operator==(const ScaleRef&) const = default;
  /// "cluster.x-k8s.io/v1beta2 MachineDeployment capi/h100", as messages name it.
  [[nodiscard]] std::string to_string() const;
};

struct AcceleratorPoolSpec {
  std::map<std::string, std::string> node_labels;  ///< a node with all these labels belongs to the pool; not empty
  std::vector<Taint> node_taints;  ///< lasting taints of the nodes; a node with any other taint is not usable yet
  std::string gpu_resource;        ///< "nvidia.com/gpu"
  int gpus_per_node = 0;           ///< > 0
  std::optional<double> price_per_node_hour;  ///< for reports, in any currency
  int min_nodes = 0;                          ///< above 0 only if the pool has a scale
  int max_nodes = 0;                          ///< > 0
  Sizing sizing = Sizing::CapacityBuffer;
  std::optional<ScaleRef> scale_ref;    ///< set if, and only if, `sizing` is Scale
  std::optional<Millis> lead_time;      ///< node lead; unset ("Auto"): measured
  std::vector<std::string> namespaces;  ///< namespaces whose AIAutoscalers may name the pool; "*": all

  [[nodiscard]] bool allows(const std::string& ns) const;
  bool operator==(const AcceleratorPoolSpec&) const = default;
};

/// The size before our first write, kept so that the size can be restored (rule 11).
struct SizeBefore {
  int nodes = 0;
  WallTime expires{};  ///< from then on `aiautoscaler release --expired` restores the size, too
  bool operator==(const SizeBefore&) const = default;
};

struct AcceleratorPoolStatus {
  std::int64_t observed_generation = 0;
  int nodes = 0;        ///< nodes that exist or are requested
  int ready_nodes = 0;  ///< nodes Ready with their GPU resource and open to pods
  std::optional<int>
      planned_nodes;  ///< nodes that should exist, whether or not we may request them; unset: not known yet
  std::int64_t gpus = 0, used_gpus = 0;
  LeadTimeStatus lead_time;  ///< node lead
  std::optional<SizeBefore> before;
  Reasons reasons;
  std::vector<Condition> conditions;
  bool operator==(const AcceleratorPoolStatus&) const = default;
};

struct AcceleratorPool {
  ObjectMeta meta;    ///< `ns` is empty
  bool held = false;  ///< our finalizer is on the pool
  AcceleratorPoolSpec spec;
  AcceleratorPoolStatus status;
};

/// The finalizer that keeps a deleted pool until our writes for the pool are undone.
inline constexpr const char* kPoolFinalizer = "aiautoscaler.io/pool";
inline constexpr int kMaxNodes = 10'000;
inline constexpr int kMaxGpusPerNode = 1'024;
inline constexpr std::size_t kMaxPoolLabels = 8;
inline constexpr std::size_t kMaxPoolTaints = 8;
inline constexpr std::size_t kMaxPoolNamespaces = 64;

const char* to_string(Sizing);
inline constexpr Sizing kSizings[] = {Sizing::CapacityBuffer, Sizing::Scale};

/// Checks the rules beyond a spec's types, as the CRD's CEL rules do. Errors: Invalid, for the first broken rule: the
/// field's path and the correction.
Status validate(const AcceleratorPoolSpec& spec);

}  // namespace aia::api
