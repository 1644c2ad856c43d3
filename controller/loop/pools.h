// The nodes' side of a cycle: which pools there are and what they have (observe), how many nodes they need and for whom
// (plan), asking for them or putting things back (act), and saying so (report). Workloads come first in each step:
// their replicas are decided and written before nodes are, so that a buffer falls in the same cycle in which replicas
// take it up, and nodes shrink strictly after workloads (rules 3, 6, 10 and 11).
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

/// An AIAutoscaler that names a pool and may use it.
struct PoolMember {
  const api::Autoscaler* object = nullptr;
  WorkloadState* state = nullptr;
};

/// One AcceleratorPool in this cycle.
struct Pool {
  api::AcceleratorPool object;
  std::optional<Error> problem;  ///< the stored object does not decode, or is set aside
  PoolState* state = nullptr;
  ports::CrashJournal* journal = nullptr;
  ports::PoolSupply supply;
  plan::LeadTime lead;                ///< of a node
  std::vector<plan::PoolNode> nodes;  ///< those that are not going, and what was asked for and is no node yet
  api::Amounts fresh;                 ///< what a new node offers
  int stuck = 0;                      ///< nodes asked for more than twice the lead ago
  int stuck_unseen = 0;               ///< … of which nothing is seen at all
  int failing = 0;                    ///< … of all, those asked for since the newest one that came was
  int unfilled = 0;                   ///< nodes that pods and buffers wait for as long, and nobody is seen to bring
  int bare = 0;                       ///< nodes that are Ready and offer no GPU at all
  bool barren = false;                ///< of these, one does so for longer than a start takes
  std::vector<std::string> shorts;    ///< nodes that offer some of the GPUs that the spec promises, in words
  bool broken = false;                ///< a step threw: what it left is not to be acted on
  std::string broken_by;              ///< … and why, in words
  std::vector<std::string> troubles;  ///< of nodes that no pod can use, in words
  std::vector<PoolMember> members;
  std::optional<plan::PoolDecision> planned;  ///< as if all of them were in Auto
  std::optional<plan::PoolDecision> acting;   ///< of those that we may act for; unset: there are none
  bool written = false;                       ///< its size, in this cycle
  std::vector<std::string> done;              ///< what was changed, in words
  std::vector<ports::ErrorReport> errors;

  static constexpr bool kShared = true;  ///< a broken invariant of a pool is one of all that it serves

  [[nodiscard]] bool usable() const { return !problem && !object.meta.deleting; }
  /// Nodes may be asked for: nothing is known that stands in the way and stays.
  [[nodiscard]] bool can_size() const;
  [[nodiscard]] int ready_nodes() const;
  /// Nodes that no pod holds yet and replicas wait for, or may: those on their way, and of those that are there as many
  /// as replicas wait.
  [[nodiscard]] int awaited() const;
  /// Why it cannot be asked for more: a write that failed, or those for all members that act; else nullptr.
  [[nodiscard]] const Error* refused() const;
  /// Of one member at least what it needs is not only shown.
  [[nodiscard]] bool any_counts() const;
  /// Of one member at least this is true.
  [[nodiscard]] bool any(bool PoolNeed::*what) const;
  /// What a write of `object` is to be made from: where another one led and its last words were perhaps not seen, only
  /// as it was read. Else the size of before would be lost with them.
  [[nodiscard]] api::AcceleratorPool to_write() const;
  void fail(const char* step, const Error& error) { errors.push_back({step, error.kind, error.message}); }
};

/// All of them, and everything of ours.
struct PoolRound {
  WallTime now{};
  ports::CrashJournal* journal = nullptr;
  std::vector<Pool> pools;  ///< by name
  std::vector<ports::Buffer> buffers;
  std::optional<Error> buffers_error;  ///< which there are is not known: none is touched
  std::set<std::string> written;       ///< uids of AIAutoscalers whose buffer was, in this cycle
  std::string unseen;                  ///< which changes to the cluster cannot be seen, in words; empty: none
  std::set<std::string> unread;  ///< uids of AIAutoscalers whose spec does not decode: nobody knows what they name

  /// Of whom it is not known what they need of this pool, in words; empty: of all it is.
  [[nodiscard]] std::string unknown_need(const Pool& pool) const;
};

/// An answer that somebody has to do something about. A server that was slow once says nothing about the next cycle,
/// and replicas must not be planned a node lead earlier, and back, because of it.
bool is_lasting(const Error& error);

/// Pools with their nodes and leads, then buffers, each within `deadline`; `round`: now and unseen are set. `adopt`:
/// another one leads, or did in the last cycle.
void observe_pools(PoolRound& round, ports::Pools& pools, PoolStates& states, bool adopt, Millis deadline,
                   const Settings& settings);

/// Tells each workload its pool, and each pool who names it.
void join_pools(PoolRound& round, Cycle& cycle);

/// Replicas that have their node, and keep it.
int bound_pods(const ports::Target& target);

/// What its pool means for the start of one more replica.
plan::NodeRoom node_room(const Workload& workload, const Settings& settings);

/// Keeps what the workloads of `cycle` need of their pools; they have been decided, and their scales written.
void note_needs(const PoolRound& round, Cycle& cycle);

/// Decides on all pools.
void decide_pools(PoolRound& round, const Settings& settings);

/// Asks for nodes and gives them back, or puts back what was there before. Ends early when the lead is lost.
void act_on_pools(PoolRound& round, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                  const Settings& settings);

/// Conditions of a pool; transition times are not set.
std::vector<api::Condition> conditions_of(const Pool& pool);

/// Statuses and Events.
void report_pools(PoolRound& round, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                  const Settings& settings);

/// For logs and metrics.
std::vector<ports::PoolReport> pool_reports(const PoolRound& round);

}  // namespace aia::loop
