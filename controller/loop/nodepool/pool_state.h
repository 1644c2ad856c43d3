// What the loop remembers of an AcceleratorPool between cycles, and of each AIAutoscaler's need of its pool. All of
// this may be lost: the status holds the measured lead times and the original size, and a restart only ever delays
// giving nodes back.
#pragma once

#include <optional>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "controller/loop/cycle/states_by_uid.h"
#include "controller/loop/cycle/turns.h"
#include "controller/loop/nodepool/node_asks.h"
#include "controller/loop/report/status_writer.h"
#include "controller/plan/nodes.h"

namespace aia::loop {

struct PoolState {
  explicit PoolState(const api::AcceleratorPool& object)
      : lead(object.status.lead_time.samples), status(object.status) {}

  /// True if the stored status `seen` must replace ours. Until our first write as leader, any change does. Later only
  /// one change does: the original size that we recorded is gone (`aiautoscaler release` removes the record).
  bool has_news(const api::AcceleratorPoolStatus& seen);

  /// Takes over the status of another controller that leads, or led until now.
  void adopt(const api::AcceleratorPoolStatus& of_leader, WallTime now);

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by);

  NodeAsks asks;
  LeadSamples lead;
  std::vector<plan::PastRecommendation> recommendations;  ///< nodes needed within the shrink window, oldest first
  std::optional<Error> write_error;                       ///< of the newest write to the pool
  Turn acting, reporting;
  Events events;
  StatusMemory<api::AcceleratorPoolStatus> status;
  bool confirmed = false;      ///< `status.last` is the newest one: a write of ours succeeded since adopt()
  std::optional<int> shown{};  ///< the recorded original size, once a read showed our own record; see has_news()
};

/// A workload's need of its pool, in the form that plan::decide_nodes takes.
struct NodeNeed {
  plan::PoolWorkload planned;  ///< the need if the mode were Auto
  plan::PoolWorkload asked;    ///< the need as things are: replicas that the scale asks for
  bool acts = false;           ///< Auto, only owner, shape of its replica known: nodes may be requested
  bool stays = false;          ///< Paused, another owner, or shape unknown: its nodes stay as they are
  bool pods_known = true;      ///< false: some pods of the workload may wait for nodes

  [[nodiscard]] bool counts() const { return acts || stays; }
  /// False: the need counts, but a replica's requests could not be read. Then the nodes stay as they are.
  [[nodiscard]] bool is_known() const { return !counts() || is_placeable(); }
  [[nodiscard]] bool is_placeable() const { return !planned.replica.pods.empty(); }
};

/// What the loop remembers of an AIAutoscaler that may name a pool. A need outlasts cycles in which the workload cannot
/// be decided.
struct MemberState {
  /// Follows a changed target: the needs of the last target go.
  void follow(const api::TargetRef& now);
  void shift(Millis by);

  std::optional<api::TargetRef> target;
  std::optional<NodeNeed> need;                 ///< unset: not known yet
  std::optional<int> room;                      ///< desired replicas + the buffer's, as last provided
  std::vector<plan::PastRecommendation> rooms;  ///< desired + buffer as needed within the shrink window, oldest first
  std::optional<Error> buffer_error;            ///< of the newest write of the buffer
};

struct PoolStates {
  StatesByUid<PoolState> pools;
  StatesByUid<MemberState> members;  ///< by the AIAutoscaler's uid
  /// Buffers of ours may exist even without a pool: either nobody looked yet, or the last look found some.
  bool buffers_left = true;

  void shift(Millis by) {
    pools.shift(by);
    members.shift(by);
  }
};

}  // namespace aia::loop
