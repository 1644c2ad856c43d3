// Places whole replicas on nodes as the scheduler would, to count the new nodes that the replicas need. A pod goes to
// the fitting node with the most free GPUs (the scheduler's default, LeastAllocated); a new node is taken only when a
// pod fits nowhere. The largest pods come first, because they find no room later. So the count holds for an orderly
// start, and is never below the sum of the pods' requests. A pure function.
// Source: kubernetes/pkg/scheduler/framework/plugins/noderesources (Fit, LeastAllocated); first-fit decreasing:
// Johnson, "Near-optimal bin packing algorithms", MIT 1973, ch. 3.
#pragma once

#include <cstddef>
#include <vector>

#include "controller/api/resources.h"

namespace aia::plan {

/// The resource that counts pods: each pod takes at least 1.
inline constexpr const char* kPodSlots = "pods";

/// How many pods with `requests` fit into `free`. A pod fits nowhere if the node lacks a requested resource.
std::int64_t fitting(const api::Amounts& requests, const api::Amounts& free);

/// Replicas of one workload to place.
struct Wanted {
  api::ReplicaShape replica;
  int replicas = 0;
};

struct Packing {
  int new_nodes = 0;               ///< new nodes taken, at most `most_new`
  std::vector<int> placed;         ///< of each workload: replicas whose pods all found room
  std::vector<int> on_new_nodes;   ///< … of the placed replicas, those with a pod on a new node
  std::vector<bool> never;         ///< of each workload: a pod fits neither an empty new node nor any existing node
  std::vector<std::size_t> taken;  ///< pods placed on each existing node
  std::vector<api::Amounts> left;  ///< free resources of each existing node after placing
};

/// Which of the fitting nodes a pod goes to: MostFree as the scheduler does, LeastFree to see which nodes could stay
/// empty.
enum class Prefer { MostFree, LeastFree };

/// `free`: of each node open to pods; the first of equal nodes wins. `fresh`: of an empty new node, of which `most_new`
/// ≥ 0 may be taken. If some pods of a replica find no room, its other pods stay placed, as the scheduler would bind
/// them, and the replica does not count as placed.
Packing pack(std::vector<api::Amounts> free, const std::vector<Wanted>& wanted, const api::Amounts& fresh, int most_new,
             Prefer prefer = Prefer::MostFree);

}  // namespace aia::plan
