// What pods ask of nodes: amounts of resources as the scheduler counts them (CPU in thousandths, all else in whole
// units, rounded up), the pods that make one replica, and which resources are GPUs.
// Source: kubernetes/pkg/scheduler/framework/types.go (Resource),
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aia::api {

/// By resource name; what is not there is 0. cpu in thousandths of a core, memory in bytes, GPUs in GPUs.
using Amounts = std::map<std::string, std::int64_t, std::less<>>;

/// The amount of `resource` that a quantity like "500m", "16", "1.5Gi" or "2e3" stands for, rounded up; above what fits
/// it is the most that does. Errors: Invalid for what is no quantity, or a negative one.
Result<std::int64_t> amount_of(std::string_view resource, std::string_view quantity);

/// amounts[name], 0 when it is not there.
std::int64_t amount(const Amounts& amounts, std::string_view name);

/// Sums saturate, so that absurd requests stay larger than any node.
Amounts sum(Amounts a, const Amounts& b);

/// a · factor, which is ≥ 0; saturates.
std::int64_t times(std::int64_t amount, int factor);

/// For each resource the larger one.
Amounts larger(Amounts a, const Amounts& b);

/// True for a resource of well-known name that device plugins give GPUs and other accelerators, or slices of them.
bool is_gpu(std::string_view resource);

/// Accelerators among what a pod asks for or a node has: `gpu_resource` (a pool's) and those of well-known name; where
/// there is none of these the one extended resource that there is, whatever its name. Nothing: there are several, and
/// which of them it is is not known. Slices count as one each.
std::optional<std::int64_t> gpus_in(const Amounts& amounts, std::string_view gpu_resource = {});

/// Pods of one kind within a replica.
struct ReplicaPods {
  Amounts requests;  ///< of each pod
  int count = 1;
  bool operator==(const ReplicaPods&) const = default;
};

/// What one replica consists of: one pod of most kinds, a leader and its workers of a LeaderWorkerSet.
struct ReplicaShape {
  std::vector<ReplicaPods> pods;
  bool operator==(const ReplicaShape&) const = default;
};

/// As gpus_in, of all its pods together.
std::optional<std::int64_t> gpus_of(const ReplicaShape& replica, std::string_view gpu_resource = {});

}  // namespace aia::api
