// Placing whole replicas on nodes as the scheduler would, to know how many nodes more they need: what fits goes where
// most is free (the scheduler's default, LeastAllocated), a new node is taken only when a pod fits nowhere. The largest
// pods come first, as they are the ones that fit nowhere later; so the count is what an orderly start needs, and never
// fewer nodes than the pods' sum. A pure function.
// Source: kubernetes/pkg/scheduler/framework/plugins/noderesources (Fit, LeastAllocated); first-fit decreasing:
// Johnson, "Near-optimal bin packing algorithms", MIT 1973, ch. 3.
#pragma once

#include <cstddef>
#include <vector>

#include "controller/api/resources.h"

namespace aia::plan {

/// Every pod takes one of these, too.
inline constexpr const char* kPodSlots = "pods";

/// How many pods with such requests fit into what is free; a resource that the node does not have fits none.
std::int64_t fitting(const api::Amounts& requests, const api::Amounts& free);

/// Replicas of one workload that are to be placed.
struct Wanted {
  api::ReplicaShape replica;
  int replicas = 0;
};

struct Packing {
  int new_nodes = 0;               ///< at most as many as there may be
  std::vector<int> placed;         ///< whole replicas of each that found room for all their pods
  std::vector<int> on_new_nodes;   ///< of those, the ones with a pod on a new node
  std::vector<bool> never;         ///< a pod of it does not even fit an empty new node, nor any that there is
  std::vector<std::size_t> taken;  ///< pods placed on each node that there is
  std::vector<api::Amounts> left;  ///< what is free on each of these then
};

/// Of the nodes that a pod fits on, where it goes: MostFree as the scheduler does, LeastFree to see which could stay
/// empty.
enum class Prefer { MostFree, LeastFree };

/// `free`: of each node that pods may land on, in the order in which equals are taken. `fresh`: of a new node, empty;
/// `most_new` ≥ 0 of them may be taken. Those of a replica of which not all pods find room stay placed, as the
/// scheduler would bind them, and the replica does not count.
Packing pack(std::vector<api::Amounts> free, const std::vector<Wanted>& wanted, const api::Amounts& fresh, int most_new,
             Prefer prefer = Prefer::MostFree);

}  // namespace aia::plan
