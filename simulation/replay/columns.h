// Reduces a timeline to the columns of a picture. Each column shows its worst moment, with the least capacity for its
// demand, so that even a narrow picture hides no shortage.
#pragma once

#include <optional>
#include <vector>

#include "simulation/replay/replay.h"

namespace aia::simulation {

/// The figures of a column.
struct Column {
  double demand_rps = 0, capacity_rps = 0;  ///< at the worst moment
  double queue = 0;                         ///< the longest queue
  int starting = 0;                         ///< the most replicas on their way to Ready
  int nodes = 0;                            ///< the most nodes, requested nodes included
  std::optional<double> ahead, upper;       ///< the highest forecast made a lead time before

  [[nodiscard]] bool is_short() const { return demand_rps > capacity_rps * (1 + 1e-12); }
};

/// `count` columns of equal length over [from, to). A column without a recorded moment repeats the column before.
std::vector<Column> columns(const Outcome& outcome, double per_replica_rps, WallTime from, WallTime to, int count);

/// The smallest of 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8 × a power of ten that is at least `value`: where an axis ends.
double round_up(double value);

}  // namespace aia::simulation
