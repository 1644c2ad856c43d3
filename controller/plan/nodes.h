// The node plan of one pool: nodes that must be asked for now, so that a replica started when its own lead time begins
// finds one Ready. Replicas wanted at node lead + pod lead are packed beside what runs or waits (packing.h). Growing is
// at once; shrinking comes strictly after workloads, never below what is used or starting, one node at a time and only
// when it was wanted for a while. A pure function. Rules 3, 6, 10 and 12 of the design.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/reason.h"
#include "controller/api/resources.h"
#include "controller/plan/plan.h"

namespace aia::plan {

/// A node that belongs to the pool and is not being deleted.
struct PoolNode {
  api::Amounts allocatable;
  api::Amounts held;      ///< requests of the pods bound to it
  bool usable = false;    ///< Ready with its GPU resource, and pods may land on it
  bool starting = false;  ///< not yet usable, and on its way there
  bool busy = false;      ///< a pod is bound to it that is no daemon's
};

/// A workload that may use the pool.
struct PoolWorkload {
  std::string name;  ///< "serving/llama-70b"
  api::ReplicaShape replica;
  int desired = 0;           ///< replicas wanted now
  int bound = 0;             ///< of its replicas, those with all pods on nodes
  std::optional<int> ahead;  ///< wanted `lead` from now; unset: no forecast
  Millis lead{0};            ///< of a node, of a pod, and the age of the data
  bool whole = true;         ///< false: what is known of it may raise, never lower
};

struct PoolInput {
  WallTime now{};
  int min_nodes = 0, max_nodes = 0;
  api::Amounts fresh;  ///< what a new node offers
  std::vector<PoolNode> nodes;
  int asked = 0;  ///< nodes that were asked for, there or not; at least those that are there count
  std::vector<PoolWorkload> workloads;
  std::vector<PastRecommendation> history;  ///< of PoolDecision::needed, oldest first; empty: nothing is shrunk yet
  Millis shrink_window{std::chrono::minutes(5)};
  std::string hold;  ///< why nothing may be shrunk, in words; empty: it may
};

struct PoolDecision {
  int total = 0;             ///< nodes there or on their way
  int needed = 0;            ///< within the bounds, before stabilisation: goes into the history
  int nodes = 0;             ///< to ask for where the pool has a scale
  std::vector<int> buffers;  ///< room to keep free where the pool has a buffer: replicas of each workload
  bool limited = false;      ///< max_nodes cut the need
  api::Reasons reasons;
};

/// Never throws. nodes ≥ total unless every idle node was idle for the whole window; nodes ≤ max_nodes unless more are
/// used or starting already, which are left alone.
PoolDecision decide_nodes(const PoolInput& input);

}  // namespace aia::plan
