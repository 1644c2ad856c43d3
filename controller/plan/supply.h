// What serves and what is about to: Ready replicas now, and when each start in progress is expected to join them. A
// start that takes longer than twice the lead time, or whose containers restart before they were ever Ready, is stuck:
// nothing is expected of it any more. A pod that was Ready and is not is lost: it counts neither as capacity nor as a
// start (rules 3 and 6).
#pragma once

#include <algorithm>
#include <vector>

#include "controller/plan/plan.h"

namespace aia::plan {

struct Supply {
  int ready = 0;                 ///< serve now
  std::vector<Millis> arrivals;  ///< one per start that is not stuck: from now until it is expected Ready, ascending
  int unborn = 0;                ///< asked for in /scale, but no pod was seen yet
  Millis lead{0};                ///< P90 of a start
  Millis node_lead{0};           ///< on top, for those that wait for a node
  bool ordered = false;          ///< each start begins when the one before is Ready
  int stuck = 0;                 ///< starts that do not come up
  int waiting_for_room = 0;      ///< of the starts that are not stuck: those that have no node yet
  int stuck_on_nodes = 0;        ///< stuck starts that have a node: they should serve
  int recently_stuck = 0;        ///< began within eight lead times
  int came_up = 0;               ///< starts that became Ready for the first time within the last two lead times
  int lost = 0;                  ///< were Ready and are not
  int lost_long = 0;             ///< for half a lead time or longer
  int missing = 0;               ///< not Ready, and in place of replicas that were

  [[nodiscard]] int starting() const { return static_cast<int>(arrivals.size()); }

  /// Replicas expected to serve `ahead` from now if nothing changes.
  [[nodiscard]] int at(Millis ahead) const;

  /// Until the replica of this rank would be Ready. Replicas that serve have the ranks up to `ready`, from 1. A lead
  /// time, where pods do not start in order.
  [[nodiscard]] Millis until_ready(int rank) const;

  /// Of the recent starts most are stuck, and it is not a single odd pod.
  [[nodiscard]] bool mostly_stuck() const { return recently_stuck >= 2 && recently_stuck > starting() + came_up; }

  /// Pods that should serve and do not, or stand in place of others that served: what is measured on pods lacks their
  /// share.
  [[nodiscard]] int not_serving() const { return std::max(lost + stuck_on_nodes, missing); }

  [[nodiscard]] Millis stuck_after() const { return 2 * lead; }
};

Supply supply_of(const ReplicaInput& replicas, Millis lead, Millis node_lead = Millis{0});

}  // namespace aia::plan
