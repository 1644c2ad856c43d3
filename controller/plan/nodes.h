// The node plan of one pool: nodes that must be asked for now, so that a replica started when its own lead time begins
// finds one Ready. Replicas wanted at node lead + pod lead are packed beside what runs or waits (packing.h). Growing is
// at once; shrinking comes strictly after workloads, never below what is used or starting, one node at a time and only
// when it was wanted for a while. A pure function. Rules 3, 6, 10 and 12.
#pragma once

#include <cstdint>
#include <map>
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
  int desired = 0;                            ///< replicas wanted now
  int bound = 0;                              ///< of its replicas, those with all pods on nodes
  std::optional<int> ahead;                   ///< wanted `lead` from now; unset: no forecast
  Millis lead{0};                             ///< of a node, of a pod, and the age of the data
  bool whole = true;                          ///< false: what is known of it may raise, never lower
  int buffer = 0;                             ///< room that is kept free for it now, in replicas
  std::optional<int> room{};                  ///< desired + buffer, as last provided; unset: as now
  std::vector<PastRecommendation> history{};  ///< of PoolDecision::rooms, oldest first
  std::map<long, int> paths{};  ///< `ahead`, by scenario path (forecasting::Scenarios::drawn_at); empty: none are known
};

struct PoolInput {
  WallTime now{};
  int min_nodes = 0, max_nodes = 0;
  api::Amounts fresh;  ///< what a new node offers
  std::vector<PoolNode> nodes;
  int asked = 0;  ///< nodes that were asked for, there or not; at least those that are there count
  std::vector<PoolWorkload> workloads;
  std::vector<PastRecommendation> history;  ///< PoolDecision::needed, oldest first; empty: nothing is shrunk yet
  Millis shrink_window{std::chrono::minutes(5)};
  std::string hold;      ///< why nothing may be shrunk, in words; empty: it may
  int stuck = 0;         ///< nodes asked for that take longer than twice the lead: nothing is expected of them any more
  int stuck_unseen = 0;  ///< … and of these, the ones that are not among `nodes`
  int failing = 0;       ///< … of all stuck ones, those asked for since the newest one that came was
  double quantile = 0.95;  ///< that sums over workloads are planned for
};

struct PoolDecision {
  int total = 0;             ///< nodes there or on their way
  int needed = 0;            ///< within the bounds, before stabilisation: goes into the history
  int nodes = 0;             ///< to ask for where the pool has a scale
  std::vector<int> buffers;  ///< room to keep free where the pool has a buffer: replicas of each workload
  std::vector<int> rooms;    ///< desired + what the buffer should be: goes into the workload's history
  int more = 0;              ///< nodes to ask for beyond `total`, now
  int lacking = 0;           ///< nodes that replicas and room ahead need beyond those there or on their way
  bool nodes_fail = false;   ///< some are stuck and none came since: none is asked for, but one instead of a first one
  bool limited = false;      ///< max_nodes cut the need
  api::Reasons reasons;
};

/// Of the GPUs that each wants beyond now, the share that they want at the same time, in [0, 1]: at `quantile` of the
/// paths they share, what the sum wants over the sum of what each wants. So the fans, which are calibrated, say how
/// much each needs, and paths only whether that is at once (as in the Schaake shuffle that they come from). Unset:
/// there are no such paths, or only one workload.
std::optional<double> share_at_once(const std::vector<PoolWorkload>& workloads, double quantile);

/// Never throws. nodes ≥ total unless every idle node was idle for the whole window; nodes ≤ max_nodes unless more are
/// used or starting already, which are left alone.
PoolDecision decide_nodes(const PoolInput& input);

}  // namespace aia::plan
