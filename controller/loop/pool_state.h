// What the loop keeps of one AcceleratorPool between cycles: when its nodes were asked for, how long they took, and
// what was recommended. All of it can be lost: status has the measured leads and the size of before, and what is
// missing after a restart only ever delays giving nodes back.
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

/// When each node was asked for: at the creation of what its provider keeps of it, where it shows that; else when we
/// wrote that one more is wanted; else when it appeared.
class NodeAsks {
 public:
  /// We asked for `nodes` more.
  void asked(int nodes, WallTime now) { waiting_.insert(waiting_.end(), static_cast<std::size_t>(nodes), now); }

  /// So many have yet to appear. More than we know of were asked for by somebody else, or before a restart, and count
  /// from now; of fewer, those asked for last are not wanted any more.
  void expect(int nodes, WallTime now) { waiting_.resize(static_cast<std::size_t>(nodes), now); }

  /// When those were asked for that have yet to appear, oldest first, as far as that was before `until`.
  [[nodiscard]] std::vector<WallTime> waiting(WallTime until) const;

  /// Nodes as they are now, and what was asked for and is no node yet, as starts. `is_usable`: in the order of
  /// supply.nodes. `late`: twice the lead, as known until now. A start measures nothing where nobody saw it (of no use
  /// and older than that at the first look, after a restart), where somebody kept pods away until now (cordoned), or
  /// where it took longer than spec.leadTime may say: a month-old node that comes back had no lead of a month.
  std::vector<Start> observe(const ports::PoolSupply& supply, const std::vector<bool>& is_usable, WallTime now,
                             Millis late);

  /// Time was counted wrongly by so much (loop_clock.h).
  void shift(Millis by) {
    for (auto& asked : waiting_) asked += by;
  }

  /// Nobody saw this one start.
  [[nodiscard]] bool was_found_broken(const std::string& uid) const;

 private:
  struct Known {
    WallTime began{};
    bool was_found_broken = false;
    bool measures = true;   ///< its start does
    bool was_bare = false;  ///< Ready without being usable: its Ready is not what is measured
    std::optional<WallTime> usable_since{};
  };
  std::map<std::string, WallTime> observe_requests(const std::vector<ports::NodeRequest>& requests, WallTime now,
                                                   std::vector<Start>& starts);
  Known observe_node(const ports::Node& node, bool is_usable, std::optional<WallTime> asked, WallTime now, Millis late);
  Known meet(const ports::Node& node, bool is_usable, bool has_request, WallTime now, Millis late);
  static bool measures(const Known& seen, const ports::Node& node);
  void answered();

  std::deque<WallTime> waiting_;        // what neither request nor node answered yet, oldest first
  std::map<std::string, Known> known_;  // by uid, of the nodes there are
  std::set<std::string> requests_;      // uids of those there are
  bool first_look_ = true;
};

struct PoolState {
  explicit PoolState(const api::AcceleratorPool& object)
      : lead(object.status.lead_time.samples), status(object.status), stored(object.status) {}

  /// `seen` says what we do not know: we have written nothing since we took over, or somebody forgot the size of before
  /// that we had written (`aiautoscaler release`).
  bool has_news(const api::AcceleratorPoolStatus& seen);

  /// Another one leads, or did until now.
  void adopt(const api::AcceleratorPoolStatus& of_leader, WallTime now);

  /// As WorkloadState::shift.
  void shift(Millis by);

  NodeAsks asks;
  LeadSamples lead;
  std::vector<plan::PastRecommendation> recommendations;  ///< nodes needed, oldest first
  std::optional<Error> write_error;                       ///< of the newest try to size it
  Turn acting, reporting;
  Events events;
  api::AcceleratorPoolStatus status;  ///< as last written, or as found
  std::int64_t status_slot = 0;
  api::AcceleratorPoolStatus stored;  ///< as found when it was last adopted
  bool confirmed = false;             ///< that was the newest one: a write said so since
  std::optional<int> shown{};         ///< size of before, as last seen where it was what we had written
};

/// By uid.
class PoolStates {
 public:
  PoolState& of(const api::AcceleratorPool& object);
  void keep_only(const std::set<std::string>& uids);
  void shift(Millis by);

  /// There may be buffers of ours though there is no pool: nobody looked yet, or some were there in the newest look.
  bool buffers_left = true;

 private:
  std::map<std::string, std::unique_ptr<PoolState>> states_;
};

}  // namespace aia::loop
