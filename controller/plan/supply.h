// What serves and what is about to: Ready replicas now, and when each start in progress is expected to join them. A
// start that takes longer than twice the lead time is stuck: nothing is expected of it any more (design rule 6).
#pragma once

#include <vector>

#include "controller/plan/plan.h"

namespace aia::plan {

struct Supply {
  int ready = 0;                 ///< serve now
  std::vector<Millis> arrivals;  ///< one per start that is not stuck: from now until it is expected Ready, ascending
  int unborn = 0;                ///< asked for in /scale, but no pod was seen yet
  Millis lead{0};                ///< P90 of a start; unborn replicas take that long
  Millis node_lead{0};           ///< on top, for those that wait for a node
  int stuck = 0;

  [[nodiscard]] int starting() const { return static_cast<int>(arrivals.size()); }

  /// Replicas expected to serve `ahead` from now if nothing changes.
  [[nodiscard]] int at(Millis ahead) const;

  /// Most starts are stuck, and it is not a single odd pod.
  [[nodiscard]] bool mostly_stuck() const { return stuck >= 2 && stuck > starting(); }

  [[nodiscard]] Millis stuck_after() const { return 2 * lead; }
};

Supply supply_of(const ReplicaInput& replicas, Millis lead, Millis node_lead = Millis{0});

}  // namespace aia::plan
