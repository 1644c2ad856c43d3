// A timeline reduced to the columns of a picture. Each column shows its worst moment, the one with the least capacity
// for its demand, so that a picture hides no shortage however narrow it is.
#pragma once

#include <optional>
#include <vector>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// What one column shows.
struct Column {
  double demand_rps = 0, capacity_rps = 0;  ///< at the worst moment
  double queue = 0;                         ///< the longest
  int starting = 0;                         ///< replicas on their way to Ready, the most
  int nodes = 0;                            ///< there or asked for, the most
  std::optional<double> ahead, upper;       ///< what was said a lead time before, the highest

  [[nodiscard]] bool is_short() const { return demand_rps > capacity_rps * (1 + 1e-12); }
};

/// `count` columns over [from, to), each as long as the others; one in which nothing was recorded is as the one before.
std::vector<Column> columns(const Outcome& outcome, double per_replica_rps, WallTime from, WallTime to, int count);

/// The smallest of 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8 × a power of ten that is at least `value`: where an axis ends.
double round_up(double value);

}  // namespace aia::simulation
