// When each node was requested, and so how long its start took. The best source is the creation of the node request
// (NodeClaim, Machine), where the provider shows one. Otherwise the moment of our own write counts, and otherwise the
// creation of the node.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/loop/workload/lead_samples.h"
#include "controller/ports/pools.h"

namespace aia::loop {

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

}  // namespace aia::loop
