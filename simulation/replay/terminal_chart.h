// Draws the day of a policy in characters. Demand is drawn as columns: solid where Ready capacity served the demand,
// crossed where capacity was too small, shaded where capacity stood idle. The queue is below the chart.
#pragma once

#include <string>
#include <vector>

#include "simulation/replay/columns.h"

namespace aia::simulation {

struct TerminalChart {
  int rows = 10;
  double top_rps = 1;  ///< at the upper edge
  double top_queue = 1;
  Millis slo_wait{0};  ///< a queue is drawn only if Ready capacity needs longer to serve it
  WallTime from{}, to{};
  bool coloured = false;

  static constexpr int kGutter = 8;  ///< characters left of the columns

  /// `rows` lines of the chart, then a line for the queue and a line for the axis; without line breaks.
  [[nodiscard]] std::vector<std::string> draw(const std::vector<Column>& columns) const;
};

/// The meaning of the signs: two lines of at most 40 characters.
std::vector<std::string> terminal_legend(Millis slo_wait, bool coloured);

}  // namespace aia::simulation
