// Node pools in a cycle. Each cycle observes which pools there are and which nodes they have, plans how many nodes each
// pool needs and for which workloads, asks for nodes or puts sizes back, and reports. In each step workloads come
// first: their replicas are decided and written before nodes are. So a buffer shrinks in the same cycle in which
// replicas take up its room, and nodes shrink strictly after workloads (rules 3, 6, 10 and 11).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/loop/cycle.h"
#include "controller/loop/pool_state.h"
#include "controller/plan/nodes.h"
#include "controller/ports/clock.h"
#include "controller/ports/pools.h"

namespace aia::loop {

/// An AIAutoscaler naming this pool, in a namespace that the pool allows.
struct PoolMember {
  const api::Autoscaler* object = nullptr;
  WorkloadState* state = nullptr;
};

/// One AcceleratorPool in this cycle.
struct Pool {
  api::AcceleratorPool object;
  std::optional<Error> problem;  ///< set: the stored object does not decode, or is set aside
  PoolState* state = nullptr;
  ports::CrashJournal* journal = nullptr;
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
  bool broken = false;              ///< a step threw: its results must not be acted on
  std::string broken_by;            ///< the exception, in words
  std::vector<std::string> troubles;  ///< why pods cannot use some nodes, in words
  std::vector<PoolMember> members;
  std::optional<plan::PoolDecision> planned;  ///< the plan if all members were in Auto; shown in the status
  std::optional<plan::PoolDecision> acting;   ///< the plan for members that count; unset: none counts
  bool written = false;                       ///< the size was written in this cycle
  std::vector<std::string> done;              ///< changes made in this cycle, in words
  std::vector<ports::ErrorReport> errors;

  /// A broken invariant concerns all workloads of the pool, so guarded() passes the exception on.
  static constexpr bool kShared = true;

  [[nodiscard]] bool usable() const { return !problem && !object.meta.deleting; }
  /// Whether nodes may be asked for. False: the pool is unusable, the provider refuses, or an error will not pass by
  /// itself (is_lasting).
  [[nodiscard]] bool can_size() const;
  [[nodiscard]] int ready_nodes() const;
  /// Free nodes that replicas wait for, or may wait for: all nodes on their way, and as many idle nodes as there are
  /// waiting replicas. 0 if all replicas are known to have a node.
  [[nodiscard]] int awaited() const;
  /// The error that keeps this pool from growing, or nullptr. A failed write of the pool counts at once; failed buffer
  /// writes count only if every member in Auto has one, and then the first is returned.
  [[nodiscard]] const Error* refused() const;
  /// True if a member counts, so that its need is acted on and not only shown.
  [[nodiscard]] bool any_counts() const;
  /// True if the need of a member has the flag `what` set.
  [[nodiscard]] bool any(bool PoolNeed::*what) const;
  /// The object to write from. While our status is not confirmed, another leader may have written a newer one, so the
  /// resourceVersion as read stays in: a write against a newer object then fails, instead of losing the recorded
  /// original size.
  [[nodiscard]] api::AcceleratorPool to_write() const;
  void fail(const char* step, const Error& error) { errors.push_back({step, error.kind, error.message}); }
};

/// All pools of this cycle, and all our buffers.
struct PoolRound {
  WallTime now{};
  ports::CrashJournal* journal = nullptr;
  std::vector<Pool> pools;  ///< sorted by name
  std::vector<ports::Buffer> buffers;
  std::optional<Error> buffers_error;  ///< set: the buffers could not be read, so none is touched
  std::set<std::string> written;       ///< uids of AIAutoscalers whose buffer was written in this cycle
  std::string unseen;                  ///< kinds of objects whose changes cannot be seen, in words; empty: all are seen
  std::set<std::string> unread;  ///< uids of AIAutoscalers without a readable spec: nobody knows which pool they name

  /// The AIAutoscaler whose need of this pool is unknown, in words; empty: all needs are known.
  [[nodiscard]] std::string unknown_need(const Pool& pool) const;
};

/// True for an error lasting until somebody acts (NotFound, Invalid, Forbidden). A server that was slow once says
/// nothing about the next cycle, so replicas must not be planned a node lead earlier, and back again, because of a
/// timeout.
bool is_lasting(const Error& error);

/// Reads pools with their nodes and lead times, then buffers, each within `deadline`. `round.now` and `round.unseen`
/// must be set. `adopt`: another controller leads, or led in the last cycle, so each pool's stored status replaces
/// ours.
void observe_pools(PoolRound& round, ports::Pools& pools, PoolStates& states, bool adopt, Millis deadline,
                   const Settings& settings);

/// Tells each workload its pool, and each pool its members.
void join_pools(PoolRound& round, Cycle& cycle);

/// Replicas whose pod has a node, and keeps the node; for a group of pods only its leader is looked at.
int bound_pods(const ports::Target& target);

/// The node lead of the workload's pool, the replicas that its free nodes can hold, and whether nodes are asked for
/// ahead.
plan::NodeRoom node_room(const Workload& workload, const Settings& settings);

/// Remembers what the workloads of `cycle` need of their pools. Call after their replicas were decided and their scales
/// written.
void note_needs(const PoolRound& round, Cycle& cycle);

/// Plans every usable pool; a pool whose planning throws is marked broken.
void decide_pools(PoolRound& round, const Settings& settings);

/// Writes sizes and buffers: asks for nodes, gives nodes back, or puts the original size back. Stops at once when the
/// lease is lost.
void act_on_pools(PoolRound& round, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                  const Settings& settings);

/// Conditions of a pool, without transition times.
std::vector<api::Condition> conditions_of(const Pool& pool);

/// Writes pool statuses and Events; a follower writes none.
void report_pools(PoolRound& round, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                  const Settings& settings);

/// All pools as values for logs and metrics.
std::vector<ports::PoolReport> pool_reports(const PoolRound& round);

}  // namespace aia::loop
