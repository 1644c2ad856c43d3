// AcceleratorPool (aiautoscaler.io/v1alpha1, cluster-scoped) as a struct: the pool's nodes, how the pool is sized, its
// bounds and its tenants. The cluster's admin declares the pool; AIAutoscalers name the pool in spec.nodePoolRefs. Not
// to be confused with Karpenter's NodePool, which may lie behind a pool, nor with the Gateway API's InferencePool.
// Each struct lists its fields with their bounds (schema.h), and a test compares them with crds/acceleratorpools.yaml.
// Rules between fields are in validate.cc.
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

constexpr auto words_of(Sizing) {
  using enum Sizing;
  return std::to_array<Word<Sizing>>({{CapacityBuffer, "CapacityBuffer"}, {Scale, "Scale"}});
}
static_assert(is_complete(words_of(Sizing{}), Sizing::Scale));

/// The finalizer that keeps a deleted pool until our writes for the pool are undone.
inline constexpr const char* kPoolFinalizer = "aiautoscaler.io/pool";
inline constexpr int kMaxNodes = 10'000;
inline constexpr int kMaxGpusPerNode = 1'024;

/// A taint that keeps pods without a toleration off a node. Only NoSchedule and NoExecute do so.
struct Taint {
  std::string key, value, effect;
  auto operator<=>(const Taint&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs on it
  /// "nvidia.com/gpu=present:NoSchedule", as kubectl writes it.
  [[nodiscard]] std::string to_string() const { return key + (value.empty() ? "" : "=" + value) + ":" + effect; }

  static void fields(auto& at, auto& taint) {
    at.required("key", taint.key, Text{1, 317, is_filled, "is required"});
    at.optional("value", taint.value, Text{.most = 63});
    at.required("effect", taint.effect, Either{"NoSchedule", "NoExecute"});
  }
};

/// The object with the scale: a static Karpenter NodePool, or a Cluster API MachineDeployment.
struct ScaleRef {
  std::string api_version, kind, name;
  std::string ns;  ///< empty: a cluster-scoped kind
  bool operator==(const ScaleRef&) const = default;
  /// "cluster.x-k8s.io/v1beta2 MachineDeployment capi/h100", as messages name it.
  [[nodiscard]] std::string to_string() const;

  static void fields(auto& at, auto& ref) {
    at.required("apiVersion", ref.api_version, kApiVersionText);
    at.required("kind", ref.kind, kKindText);
    at.required("name", ref.name, kDnsNameText);
    at.optional("namespace", ref.ns,
                Text{0, 63, is_namespace_or_empty, "must be the name of a namespace, or be left out"});
  }
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

  static void fields(auto& at, auto& spec) {
    auto nodes = at.required_object("nodes");
    nodes.required("labels", spec.node_labels, Items{1, 8, kSomeLabels, kSomeLabels}, Text{.most = 63});
    nodes.optional("taints", spec.node_taints,
                   Items{.most = 8, .above = "at most {most}; remove some", .numbered = false});
    auto gpu = nodes.required_object("gpu");
    gpu.required("resource", spec.gpu_resource,
                 Text{3, 317, is_extended_resource,
                      "{value} must be an extended resource that a device plugin gives, e.g. nvidia.com/gpu"});
    gpu.required("perNode", spec.gpus_per_node, Range<int>{1, kMaxGpusPerNode});
    nodes.optional("pricePerHour", spec.price_per_node_hour,
                   Decimal{.says = "must be a decimal number, e.g. \"98.32\""});
    at.defaulted("minNodes", spec.min_nodes, Range<int>{0, kMaxNodes});
    at.required("maxNodes", spec.max_nodes, Range<int>{1, kMaxNodes});
    auto sizing = at.required_object("sizing");
    sizing.required("mode", spec.sizing);
    sizing.optional("scaleRef", spec.scale_ref);
    at.or_auto("leadTime", spec.lead_time, kLeadRange);
    at.required("namespaces", spec.namespaces,
                Items{.least = 1, .most = 64, .below = kSomeNamespaces, .above = kSomeNamespaces, .numbered = false},
                Text{1, 63, is_filled, "is empty; write a namespace, or \"*\" for all"});
  }

 private:
  static constexpr const char* kSomeLabels =
      "write from {least} to {most} labels that tell the pool's nodes, e.g. {karpenter.sh/nodepool: h100}";
  static constexpr const char* kSomeNamespaces =
      "write from {least} to {most} namespaces whose AIAutoscalers may use the pool, or \"*\" for all";
};

/// The size before our first write, kept so that the size can be restored (rule 11).
struct SizeBefore {
  int nodes = 0;
  WallTime expires{};  ///< from then on `aiautoscaler release --expired` restores the size, too
  bool operator==(const SizeBefore&) const = default;

  static void fields(auto& at, auto& before) {
    at.required("nodes", before.nodes);
    at.required("expires", before.expires);
  }
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

  static void fields(auto& at, auto& status) {
    at.optional("observedGeneration", status.observed_generation);
    at.optional("nodes", status.nodes);
    at.optional("readyNodes", status.ready_nodes);
    at.optional("plannedNodes", status.planned_nodes);
    auto gpus = at.optional_object("gpus");
    gpus.optional("total", status.gpus);
    gpus.optional("used", status.used_gpus);
    auto summary = at.optional_object("summary");
    summary.derived("gpus", std::to_string(status.used_gpus) + "/" + std::to_string(status.gpus), Text{.most = 64});
    at.optional("leadTime", status.lead_time);
    at.optional("sizeBefore", status.before);
    at.optional("reasons", status.reasons, Items{.most = kMaxReasons});
    at.optional("conditions", status.conditions, Items{.most = 16});
  }
};

struct AcceleratorPool {
  ObjectMeta meta;    ///< `ns` is empty
  bool held = false;  ///< our finalizer is on the pool
  AcceleratorPoolSpec spec;
  AcceleratorPoolStatus status;
};

}  // namespace aia::api
