// Resources that pods request from nodes: amounts as the scheduler counts them (CPU in thousandths, all else in whole
// units, rounded up), the pods of a replica, and which resources are GPUs.
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

/// Amounts by resource name; an absent resource is 0. cpu in thousandths of a core, memory in bytes, GPUs in GPUs.
using Amounts = std::map<std::string, std::int64_t, std::less<>>;

/// The amount of `resource` in a quantity like "500m", "16", "1.5Gi" or "2e3", rounded up and capped at the largest
/// int64. Errors: Invalid for a text that is no quantity, or for a negative quantity.
Result<std::int64_t> amount_of(std::string_view resource, std::string_view quantity);

/// amounts[name], or 0 if absent.
std::int64_t amount(const Amounts& amounts, std::string_view name);

/// a + b; saturates, so that absurd requests stay larger than any node.
Amounts sum(Amounts a, const Amounts& b);

/// a · factor, which is ≥ 0; saturates.
std::int64_t times(std::int64_t amount, int factor);

/// The larger amount of each resource.
Amounts larger(Amounts a, const Amounts& b);

/// True for the well-known resources that device plugins use for GPUs, other accelerators, or slices of them.
bool is_gpu(std::string_view resource);

/// Accelerators in a pod's requests or a node's resources: `gpu_resource` (a pool's) plus the well-known resources. If
/// none of these is present, the only extended resource counts, whatever its name. Unset: there are several extended
/// resources, and the GPU among them is not known. Each slice counts as 1.
std::optional<std::int64_t> gpus_in(const Amounts& amounts, std::string_view gpu_resource = {});

/// Pods of the same kind within a replica.
struct ReplicaPods {
  Amounts requests;  ///< requests of each pod
  int count = 1;
  bool operator==(const ReplicaPods&) const = default;
};

/// The pods of a replica: a single pod for most kinds, a leader and its workers for a LeaderWorkerSet.
struct ReplicaShape {
  std::vector<ReplicaPods> pods;
  bool operator==(const ReplicaShape&) const = default;
};

/// Accelerators of all pods of the replica; rules as for gpus_in.
std::optional<std::int64_t> gpus_of(const ReplicaShape& replica, std::string_view gpu_resource = {});

}  // namespace aia::api
