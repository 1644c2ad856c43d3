// Grows the trees of all horizons of one series anew, from a copy of its archive. So a refit can run beside the
// updates, on another thread, whenever there is time. Deterministic: the same copy gives the same trees.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/learner/archive.h"
#include "forecasting/learner/spans.h"
#include "forecasting/learner/trees.h"

namespace forecasting {

/// The result of a refit, by knot: forests that together hold all levels; empty where there was too little data.
using Refit = std::vector<std::vector<Forest>>;

struct RefitJob {
  Archive archive{1};
  Spans spans;
  int newest_slot = 0;         ///< of the newest archived step within the day
  std::vector<int> knots;      ///< horizons in steps, ascending
  std::vector<double> levels;  ///< ascending
  std::size_t planning = 0;    ///< index of the level whose gradient is followed above the median

  /// Costs tens of milliseconds a knot for ten days of minutes.
  [[nodiscard]] Refit run() const;
};

}  // namespace forecasting
