// One policy's day in characters: demand as columns, solid where Ready capacity served it, crossed where there was too
// little, shaded where capacity stood idle; below it the queue.
#pragma once

#include <string>
#include <vector>

#include "simulation/replay/columns.h"

namespace aia::simulation {

struct TerminalChart {
  int rows = 10;
  double top_rps = 1;  ///< at the upper edge
  double top_queue = 1;
  Millis slo_wait{0};  ///< a queue that Ready capacity serves this soon is left out
  WallTime from{}, to{};
  bool coloured = false;

  static constexpr int kGutter = 8;  ///< characters left of the columns

  /// The plot, the queue and the axis; one line each, without line breaks.
  [[nodiscard]] std::vector<std::string> draw(const std::vector<Column>& columns) const;
};

/// What the signs mean: two lines of at most 40 characters.
std::vector<std::string> terminal_legend(Millis slo_wait, bool coloured);

}  // namespace aia::simulation
