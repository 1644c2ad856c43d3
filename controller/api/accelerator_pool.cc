// The pool's rules and the names of its enumerations. Rules run in the order of the object's fields, and the first
// message wins: a user corrects a field at a time.
#include "controller/api/accelerator_pool.h"

#include <algorithm>
#include <cmath>

#include "controller/api/validate.h"

namespace aia::api {
namespace {

using Trouble = std::optional<std::string>;  // "path: what to change"

Trouble check_nodes(const AcceleratorPoolSpec& spec) {
  if (spec.node_labels.empty() || spec.node_labels.size() > kMaxPoolLabels)
    return "spec.nodes.labels: write from 1 to " + std::to_string(kMaxPoolLabels) +
           " labels that tell the pool's nodes, e.g. {karpenter.sh/nodepool: h100}";
  if (spec.node_taints.size() > kMaxPoolTaints)
    return "spec.nodes.taints: at most " + std::to_string(kMaxPoolTaints) + "; remove some";
  for (const Taint& taint : spec.node_taints) {
    if (taint.key.empty()) return std::string("spec.nodes.taints[].key: is required");
    if (taint.effect != "NoSchedule" && taint.effect != "NoExecute")
      return "spec.nodes.taints[].effect: \"" + taint.effect + "\" must be NoSchedule or NoExecute";
  }
  const auto slash = spec.gpu_resource.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == spec.gpu_resource.size())
    return "spec.nodes.gpu.resource: \"" + spec.gpu_resource +
           "\" must be an extended resource that a device plugin gives, e.g. nvidia.com/gpu";
  if (spec.gpus_per_node < 1 || spec.gpus_per_node > kMaxGpusPerNode)
    return "spec.nodes.gpu.perNode: must be from 1 to " + std::to_string(kMaxGpusPerNode);
  if (spec.price_per_node_hour && !(std::isfinite(*spec.price_per_node_hour) && *spec.price_per_node_hour >= 0))
    return std::string("spec.nodes.pricePerHour: must be a decimal number, e.g. \"98.32\"");
  return std::nullopt;
}

Trouble check_bounds(const AcceleratorPoolSpec& spec) {
  if (spec.min_nodes < 0 || spec.min_nodes > kMaxNodes)
    return "spec.minNodes: must be from 0 to " + std::to_string(kMaxNodes);
  if (spec.max_nodes < 1 || spec.max_nodes > kMaxNodes)
    return "spec.maxNodes: must be from 1 to " + std::to_string(kMaxNodes);
  if (spec.min_nodes > spec.max_nodes)
    return "spec.minNodes: " + std::to_string(spec.min_nodes) + " exceeds maxNodes " + std::to_string(spec.max_nodes) +
           "; lower minNodes or raise maxNodes";
  if (spec.min_nodes > 0 && spec.sizing != Sizing::Scale)
    return std::string(
        "spec.minNodes: is only for sizing.mode Scale; with CapacityBuffer set it at the node autoscaler");
  return std::nullopt;
}

Trouble check_sizing(const AcceleratorPoolSpec& spec) {
  const bool scale = spec.sizing == Sizing::Scale;
  if (scale && !spec.scale_ref) return std::string("spec.sizing.scaleRef: is required for mode Scale");
  if (!scale && spec.scale_ref)
    return std::string("spec.sizing.scaleRef: is only for mode Scale; remove it, or change mode");
  if (scale && (spec.scale_ref->api_version.empty() || spec.scale_ref->kind.empty() || spec.scale_ref->name.empty()))
    return std::string("spec.sizing.scaleRef: write apiVersion, kind and name, e.g. karpenter.sh/v1, NodePool, h100");
  if (!scale) return std::nullopt;
  const auto& [api_version, kind, name, ns] = *spec.scale_ref;
  if (auto trouble = check_reference("spec.sizing.scaleRef", api_version, kind, name, is_dns_name)) return trouble;
  if (!ns.empty() && !is_dns_name(ns))
    return std::string("spec.sizing.scaleRef.namespace: must be the name of a namespace, or be left out");
  return std::nullopt;
}

Trouble check_namespaces(const AcceleratorPoolSpec& spec) {
  if (spec.namespaces.empty() || spec.namespaces.size() > kMaxPoolNamespaces)
    return "spec.namespaces: write from 1 to " + std::to_string(kMaxPoolNamespaces) +
           " namespaces whose AIAutoscalers may use the pool, or \"*\" for all";
  if (std::any_of(spec.namespaces.begin(), spec.namespaces.end(), [](const auto& ns) { return ns.empty(); }))
    return std::string("spec.namespaces[]: is empty; write a namespace, or \"*\" for all");
  return std::nullopt;
}

}  // namespace

std::string ScaleRef::to_string() const {
  return api_version + " " + kind + " " + (ns.empty() ? "" : ns + "/") + name;
}

bool AcceleratorPoolSpec::allows(const std::string& ns) const {
  return std::any_of(namespaces.begin(), namespaces.end(),
                     [&](const std::string& allowed) { return allowed == "*" || allowed == ns; });
}

const char* to_string(Sizing sizing) {
  return sizing == Sizing::Scale ? "Scale" : "CapacityBuffer";
}

Status validate(const AcceleratorPoolSpec& spec) {
  Trouble trouble = check_nodes(spec);
  if (!trouble) trouble = check_bounds(spec);
  if (!trouble) trouble = check_sizing(spec);
  if (!trouble && spec.lead_time && (*spec.lead_time < kShortest || *spec.lead_time > kLongestLead))
    trouble = "spec.leadTime: must be from " + format_duration(kShortest) + " to " + format_duration(kLongestLead) +
              ", or \"Auto\" to measure it";
  if (!trouble) trouble = check_namespaces(spec);
  if (trouble) return Error{ErrorKind::Invalid, *trouble};
  return done;
}

}  // namespace aia::api
