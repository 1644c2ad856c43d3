// AcceleratorPool (aiautoscaler.io/v1alpha1, cluster-scoped) as a struct: which nodes belong to a pool, how it is
// sized, within which bounds and for whom. The cluster's admin declares it; AIAutoscalers name it in spec.nodePoolRefs.
// Not to be mistaken for Karpenter's NodePool, which may be what is behind it, nor for the Gateway API's InferencePool.
// Defaults equal the CRD's (crds/acceleratorpools.yaml), a test holds them together. JSON in accelerator_pool_json.h.
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

/// CapacityBuffer: free room for so many replicas is asked of the node autoscaler (autoscaling.x-k8s.io), a buffer for
/// each workload. Scale: the number of nodes is written to a scale subresource.
enum class Sizing { CapacityBuffer, Scale };

/// A taint that keeps pods without a toleration off a node; only NoSchedule and NoExecute do.
struct Taint {
  std::string key, value, effect;
  auto operator<=>(const Taint&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs on it
  /// "nvidia.com/gpu=present:NoSchedule", as kubectl writes it.
  [[nodiscard]] std::string to_string() const { return key + (value.empty() ? "" : "=" + value) + ":" + effect; }
};

/// What has the scale: a static Karpenter NodePool, or a Cluster API MachineDeployment.
struct ScaleRef {
  std::string api_version, kind, name;
  std::string ns;  ///< empty: the kind is cluster-scoped
  bool operator==(const ScaleRef&) const = default;
  /// "cluster.x-k8s.io/v1beta2 MachineDeployment capi/h100", as messages name it.
  [[nodiscard]] std::string to_string() const;
};

struct AcceleratorPoolSpec {
  std::map<std::string, std::string> node_labels;  ///< a node that has them all belongs to the pool; at least one
  std::vector<Taint> node_taints;                  ///< that its nodes keep; any other makes a node not usable yet
  std::string gpu_resource;                        ///< "nvidia.com/gpu"
  int gpus_per_node = 0;                           ///< > 0
  std::optional<double> price_per_node_hour;       ///< for reports, in whatever currency
  int min_nodes = 0;                               ///< above 0 only where the pool has a scale
  int max_nodes = 0;                               ///< > 0
  Sizing sizing = Sizing::CapacityBuffer;
  std::optional<ScaleRef> scale_ref;    ///< set if, and only if, sizing is Scale
  std::optional<Millis> lead_time;      ///< of a node; unset ("Auto"): measured
  std::vector<std::string> namespaces;  ///< whose AIAutoscalers may name it; "*": all

  [[nodiscard]] bool allows(const std::string& ns) const;
  bool operator==(const AcceleratorPoolSpec&) const = default;
};

/// What the size was before we first wrote it, so that it can be put back (rule 11).
struct SizeBefore {
  int nodes = 0;
  WallTime expires{};  ///< afterwards `aiautoscaler release --expired` puts it back, too
  bool operator==(const SizeBefore&) const = default;
};

struct AcceleratorPoolStatus {
  std::int64_t observed_generation = 0;
  int nodes = 0;                     ///< there, or asked for
  int ready_nodes = 0;               ///< Ready with their GPU resource, and pods may land on them
  std::optional<int> planned_nodes;  ///< what should be, whether or not we may ask for it; unset: not known yet
  std::int64_t gpus = 0, used_gpus = 0;
  LeadTimeStatus lead_time;  ///< of a node
  std::optional<SizeBefore> before;
  Reasons reasons;
  std::vector<Condition> conditions;
  bool operator==(const AcceleratorPoolStatus&) const = default;
};

struct AcceleratorPool {
  ObjectMeta meta;    ///< ns is empty
  bool held = false;  ///< our finalizer is on it
  AcceleratorPoolSpec spec;
  AcceleratorPoolStatus status;
};

/// Keeps a pool from going before what we did for it is undone.
inline constexpr const char* kPoolFinalizer = "aiautoscaler.io/pool";
inline constexpr int kMaxNodes = 10'000;
inline constexpr int kMaxGpusPerNode = 1'024;
inline constexpr std::size_t kMaxPoolLabels = 8;
inline constexpr std::size_t kMaxPoolTaints = 8;
inline constexpr std::size_t kMaxPoolNamespaces = 64;

const char* to_string(Sizing);
inline constexpr Sizing kSizings[] = {Sizing::CapacityBuffer, Sizing::Scale};

/// The rules that a spec must keep beyond its types, as the CRD's CEL rules say them. Errors: Invalid, for the first
/// one that is broken: the field's path and what to change.
Status validate(const AcceleratorPoolSpec& spec);

}  // namespace aia::api
