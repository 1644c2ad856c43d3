// What the loop remembers of an AcceleratorPool between cycles: when nodes were requested, how long they took to start,
// and how many were recommended. All of this may be lost. The status holds the measured lead times and the original
// size, and a restart only ever delays giving nodes back.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "controller/loop/lead_samples.h"
#include "controller/loop/workload_state.h"
#include "controller/ports/pools.h"

namespace aia::loop {

/// When each node was requested. The best source is the creation of the node request (NodeClaim, Machine), where the
/// provider shows one. Otherwise the moment of our own write counts, and otherwise the creation of the node.
class NodeAsks {
 public:
  /// We requested `nodes` more nodes.
  void asked(int nodes, WallTime now) { waiting_.insert(waiting_.end(), static_cast<std::size_t>(nodes), now); }

  /// `nodes` requested nodes have not appeared. Requests that we have no record of (made by others, or before a
  /// restart) start their clock now. If there are fewer than recorded, the newest records are dropped.
  void expect(int nodes, WallTime now) { waiting_.resize(static_cast<std::size_t>(nodes), now); }

  /// When the nodes that have not appeared were requested, oldest first; only requests before `until`.
  [[nodiscard]] std::vector<WallTime> waiting(WallTime until) const;

  /// Returns the start of each node, and of each node request without a node. `is_usable`: in the order of
  /// supply.nodes. `late`: twice the lead time known until now. Some starts measure no lead time: a start nobody saw
  /// (usable at the first look after a restart, or unusable then and older than `late`), a node that was cordoned while
  /// it started, and a start longer than spec.leadTime may say. So a month-old node that comes back has no lead time of
  /// a month.
  std::vector<Start> observe(const ports::PoolSupply& supply, const std::vector<bool>& is_usable, WallTime now,
                             Millis late);

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by) {
    for (auto& asked : waiting_) asked += by;
  }

  /// True for a node that was unusable, and older than `late`, at the first look: nobody saw its start.
  [[nodiscard]] bool was_found_broken(const std::string& uid) const;

 private:
  struct Known {
    WallTime began{};
    bool was_found_broken = false;
    bool measures = true;   ///< its start counts as a measured lead time
    bool was_bare = false;  ///< was Ready while not usable, so `usable_since` is the time of our look and not of Ready
    std::optional<WallTime> usable_since{};
  };
  std::map<std::string, WallTime> observe_requests(const std::vector<ports::NodeRequest>& requests, WallTime now,
                                                   std::vector<Start>& starts);
  Known observe_node(const ports::Node& node, bool is_usable, std::optional<WallTime> asked, WallTime now, Millis late);
  Known meet(const ports::Node& node, bool is_usable, bool has_request, WallTime now, Millis late);
  static bool measures(const Known& seen, const ports::Node& node);
  void answered();

  std::deque<WallTime> waiting_;        // open requests: neither a node request nor a node answered, oldest first
  std::map<std::string, Known> known_;  // nodes of the last look, by uid
  std::set<std::string> requests_;      // uids of the node requests of the last look
  bool first_look_ = true;
};

struct PoolState {
  explicit PoolState(const api::AcceleratorPool& object)
      : lead(object.status.lead_time.samples), status(object.status), stored(object.status) {}

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
  api::AcceleratorPoolStatus status;  ///< as last written by us, or as adopted
  std::int64_t status_slot = 0;
  api::AcceleratorPoolStatus stored;  ///< as adopted last, to notice changes
  bool confirmed = false;             ///< `status` is the newest one: a write of ours succeeded since adopt()
  std::optional<int> shown{};         ///< the recorded original size, once a read showed our own record; see has_news()
};

/// States of all pools by uid, so that a pool deleted and created again starts afresh.
class PoolStates {
 public:
  PoolState& of(const api::AcceleratorPool& object);
  void keep_only(const std::set<std::string>& uids);
  void shift(Millis by);

  /// Buffers of ours may exist even without a pool: either nobody looked yet, or the last look found some.
  bool buffers_left = true;

 private:
  std::map<std::string, std::unique_ptr<PoolState>> states_;
};

}  // namespace aia::loop
