// An AcceleratorPool in a cycle: the stored object, and a value of each step. Each cycle observes which pools there are
// and which nodes they have, plans how many nodes each pool needs and for which workloads, writes, and reports.
// Workloads come first: their replicas are decided and written before nodes are. So a buffer shrinks in the same cycle
// in which replicas take up its room, and nodes shrink strictly after workloads (rules 3, 6, 10 and 11).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/loop/cycle/cycle.h"
#include "controller/loop/cycle/writes.h"
#include "controller/loop/nodepool/pool_state.h"
#include "controller/plan/nodes.h"
#include "controller/ports/pools.h"

namespace aia::loop {

/// An AIAutoscaler naming this pool, in a namespace that the pool allows.
struct PoolMember {
  api::ObjectMeta meta;
  api::TargetRef target;
  double quantile = 0;  ///< planning quantile of the AIAutoscaler
  MemberState* state = nullptr;
};

/// The nodes of a pool, as observed and judged.
struct PoolObservation {
  ports::PoolSupply supply;
  plan::LeadTime lead;                ///< P90 of a node's start, from its request until pods can use the node
  std::vector<plan::PoolNode> nodes;  ///< nodes not being deleted, and node requests without a node
  api::Amounts fresh;                 ///< allocatable of a new node, less the requests of daemons
  int stuck = 0;                      ///< nodes requested more than twice the lead time ago, and still starting
  int stuck_unseen = 0;               ///< stuck nodes with neither a node request nor a node to see
  int failing = 0;                  ///< stuck nodes requested after the newest usable node: above 0, provisioning fails
  int unfilled = 0;                 ///< nodes lacking for more than twice the lead time, none of them seen coming
  int bare = 0;                     ///< Ready nodes without any GPU
  bool barren = false;              ///< a bare node was requested more than twice the lead time ago
  std::vector<std::string> shorts;  ///< nodes offering fewer GPUs than the spec promises, in words
  std::vector<std::string> troubles;  ///< why pods cannot use some nodes, in words

  [[nodiscard]] int ready_nodes() const;
};

/// How many nodes a pool needs.
struct PoolPlan {
  std::optional<plan::PoolDecision> planned;  ///< the plan if all members were in Auto; shown in the status
  std::optional<plan::PoolDecision> acting;   ///< the plan for members that count; unset: none counts
};

struct Pool : Subject<api::AcceleratorPool> {
  PoolState* state = nullptr;
  PoolObservation seen;
  std::vector<PoolMember> members;
  PoolPlan plan;
  std::vector<Write> writes;          ///< that the plan asks for
  std::vector<std::string> done;      ///< writes that succeeded, in words
  api::AcceleratorPoolStatus status;  ///< all of the above, as told

  /// A broken invariant concerns all workloads of the pool, so guarded() passes the exception on.
  static constexpr bool kShared = true;

  [[nodiscard]] bool usable() const { return !problem && !object.meta.deleting && !broken(); }
  /// Whether nodes may be asked for. False: the pool is unusable, the provider refuses, or an error lasts until
  /// somebody acts.
  [[nodiscard]] bool can_size() const;
  /// The error that keeps this pool from growing, or nullptr. A failed write of the pool counts at once; failed buffer
  /// writes count only if every member in Auto has one, and then the first is returned.
  [[nodiscard]] const Error* refused() const;
  /// True if a member counts, so that its need is acted on and not only shown.
  [[nodiscard]] bool any_counts() const;
  /// True if the need of a member has the flag `what` set.
  [[nodiscard]] bool any(bool NodeNeed::*what) const;
};

/// All pools of this cycle, and all our buffers.
struct NodePools {
  WallTime now{};           ///< when the pools were observed
  std::vector<Pool> pools;  ///< sorted by name
  std::vector<ports::Buffer> buffers;
  std::optional<Error> buffers_error;  ///< set: the buffers could not be read, so none is touched
  std::string unseen;                  ///< kinds of objects whose changes cannot be seen, in words; empty: all are seen
  std::set<std::string> unread;  ///< uids of AIAutoscalers without a readable spec: nobody knows which pool they name

  /// The AIAutoscaler whose need of this pool is unknown, in words; empty: all needs are known.
  [[nodiscard]] std::string unknown_need(const Pool& pool) const;
  /// The buffer that `pool` keeps for the AIAutoscaler with this uid, or nullptr.
  [[nodiscard]] const ports::Buffer* buffer_of(const Pool& pool, const std::string& uid) const;
};

}  // namespace aia::loop
