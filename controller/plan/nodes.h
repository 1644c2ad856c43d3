// Plans the nodes of one pool: how many nodes to request now, so that a replica finds a Ready node when its own pod
// lead begins. The plan packs the replicas wanted at node lead + pod lead beside the running and waiting replicas
// (packing.h). The pool grows at once. The pool shrinks strictly after its workloads, by a single node at a time, never
// below the nodes in use or starting, and only after fewer nodes were enough for a whole window. A pure function (rules
// 3, 6, 10 and 12).
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

/// A node of the pool, or a request for a node, that is not being deleted.
struct PoolNode {
  api::Amounts allocatable;
  api::Amounts held;      ///< requests of the pods bound to the node
  bool usable = false;    ///< Ready with its GPU resource, and open to pods
  bool starting = false;  ///< not yet usable, but expected to be
  bool busy = false;      ///< pods other than daemons' are bound to the node
};

/// A workload that may use the pool.
struct PoolWorkload {
  std::string name;  ///< "serving/llama-70b"
  api::ReplicaShape replica;
  int desired = 0;                            ///< replicas wanted now
  int bound = 0;                              ///< replicas whose pods all have a node
  std::optional<int> ahead;                   ///< replicas wanted `lead` from now; unset: no forecast
  Millis lead{0};                             ///< node lead + pod lead + data age
  bool whole = true;                          ///< false: the data about the workload may raise the plan, never lower it
  int buffer = 0;                             ///< replicas that the buffer keeps room for now
  std::optional<int> room{};                  ///< desired + buffer as last provided; unset: the current sum
  std::vector<PastRecommendation> history{};  ///< past WorkloadRoom::room, oldest first
  std::map<long, int> paths{};  ///< `ahead` by scenario path (forecasting::Scenarios::drawn_at); empty: no paths
  std::string uid{};            ///< of the AIAutoscaler
};

/// What the plan keeps for a workload.
struct WorkloadRoom {
  std::string uid;  ///< of the AIAutoscaler
  int buffer = 0;   ///< room to keep free where the pool has a buffer: replicas
  int room = 0;     ///< desired + computed buffer: goes into the workload's history
};

struct PoolInput {
  WallTime now{};
  int min_nodes = 0, max_nodes = 0;
  api::Amounts fresh;  ///< resources of a new, empty node
  std::vector<PoolNode> nodes;
  int asked = 0;  ///< size of the pool's scale; 0: no scale. Counts as no fewer than the existing nodes
  std::vector<PoolWorkload> workloads;
  std::vector<PastRecommendation> history;  ///< past PoolDecision::needed, oldest first; empty: no shrinking yet
  Millis shrink_window{std::chrono::minutes(5)};
  std::string hold;      ///< why the pool may not shrink, in words; empty: no objection
  int stuck = 0;         ///< nodes requested more than twice the lead ago: the plan no longer expects them
  int stuck_unseen = 0;  ///< … of the stuck nodes, those not among `nodes`
  int failing = 0;  ///< … of the stuck nodes, those requested since the newest node that did become Ready. Above 0,
                    ///< provisioning is failing
  double quantile = 0.95;  ///< planning quantile for sums over workloads
};

struct PoolDecision {
  int total = 0;                    ///< nodes that exist or are on their way
  int needed = 0;                   ///< nodes within the bounds, before stabilisation: goes into the history
  int nodes = 0;                    ///< size to write where the pool has a scale
  std::vector<WorkloadRoom> rooms;  ///< of each workload
  int more = 0;                     ///< nodes to request now beyond `total`
  int lacking = 0;                  ///< nodes that replicas and buffers need beyond `total`, at most up to max_nodes
  bool nodes_fail = false;  ///< `failing` > 0: no node is requested, except a single retry after the first failure
  bool limited = false;     ///< max_nodes cut the need
  api::Reasons reasons;

  /// The room of the workload with this uid; nullptr: the workload is not part of the plan.
  [[nodiscard]] const WorkloadRoom* room_of(const std::string& uid) const;
};

/// Of the GPUs that the workloads want beyond now, the share that they want at the same time, in [0, 1]. The share is
/// the `quantile` of the workloads' sum over the shared paths, divided by the sum of each workload's own quantile. So
/// the calibrated fans say how much each workload needs, and the paths only how much of the growth coincides (the paths
/// come from the Schaake shuffle). Unset: fewer than two workloads, or no shared path.
std::optional<double> share_at_once(const std::vector<PoolWorkload>& workloads, double quantile);

/// Never throws. `nodes` < `total` only if fewer than `total` nodes were needed during the whole window. `nodes` ≤
/// max(total, max_nodes): nodes beyond max_nodes that are in use or starting are left alone, and idle nodes beyond
/// max_nodes go like any other idle node.
PoolDecision decide_nodes(const PoolInput& input);

}  // namespace aia::plan
