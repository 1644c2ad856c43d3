// Replicas that serve now, and when each start in progress is expected to serve. A start is stuck if it takes longer
// than twice the lead time, or if its containers restart before the first Ready. The plan expects nothing of a stuck
// start. A pod that was Ready and no longer is counts as lost: neither as capacity nor as a start (rules 3 and 6).
#pragma once

#include <algorithm>
#include <vector>

#include "controller/plan/plan.h"

namespace aia::plan {

struct Supply {
  int ready = 0;                 ///< replicas that serve now
  std::vector<Millis> arrivals;  ///< of each start that is not stuck: time until expected Ready, ascending
  int unborn = 0;                ///< requested in /scale, but without a pod yet
  Millis lead{0};                ///< P90 of a start
  Millis node_lead{0};           ///< added to the lead of starts that wait for a node
  bool ordered = false;          ///< each start begins when the start before is Ready
  int stuck = 0;                 ///< starts that are stuck, with or without a node
  int waiting_for_room = 0;      ///< starts without a node that are not stuck
  int stuck_on_nodes = 0;        ///< stuck starts with a node: they should serve
  int recently_stuck = 0;        ///< stuck starts that began within eight lead times
  int came_up = 0;               ///< starts that became Ready for the first time within the last two lead times
  int lost = 0;                  ///< pods that were Ready and no longer are
  int lost_long = 0;             ///< of the lost pods: lost for at least half a lead time
  int missing = 0;               ///< replicas that served, or their successors, and do not serve now

  [[nodiscard]] int starting() const { return static_cast<int>(arrivals.size()); }

  /// Replicas expected to serve `ahead` from now if nothing changes.
  [[nodiscard]] int at(Millis ahead) const;

  /// Time until the replica of this rank is Ready. Serving replicas have the ranks from 1 to `ready`. Where pods do not
  /// start in sequence: a lead time.
  [[nodiscard]] Millis until_ready(int rank) const;

  /// True if most recent starts are stuck, and more than a single odd pod is.
  [[nodiscard]] bool mostly_stuck() const { return recently_stuck >= 2 && recently_stuck > starting() + came_up; }

  /// Pods that should serve and do not, or successors of pods that served: demand measured on the pods lacks their
  /// share.
  [[nodiscard]] int not_serving() const { return std::max(lost + stuck_on_nodes, missing); }

  [[nodiscard]] Millis stuck_after() const { return 2 * lead; }
};

Supply supply_of(const ReplicaInput& replicas, Millis lead, Millis node_lead = Millis{0});

}  // namespace aia::plan
