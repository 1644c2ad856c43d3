// Scenario paths: what one series, and several together, may do over the next hours, each path as a whole. The fan says
// how far values may lie at each horizon; past errors say which horizons and which series err together (the Schaake
// shuffle: Clark et al., J. Hydrometeorology 5, 2004): path i takes at every horizon the quantile whose rank the errors
// of past origin i had there. Paths of one origin belong together, so sums over series are sums of paths.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "forecasting/values/matrix.h"
#include "forecasting/values/time.h"

namespace forecasting {

struct Scenarios {
  TimePoint origin{};
  std::vector<Duration> offsets;
  std::vector<long> drawn_at;  ///< the past origin of each path, ascending; of all series the same where they have it
  Matrix paths;                ///< drawn_at.size() × offsets.size(), ≥ 0

  [[nodiscard]] bool empty() const { return drawn_at.empty(); }

  /// Path `path` at time `at`: linear between offsets, beyond them the nearest edge. Precondition: not empty.
  [[nodiscard]] double value(std::size_t path, TimePoint at) const;

  /// Quantile `level` over the paths of the value at offsets[offset]. Precondition: not empty.
  [[nodiscard]] double quantile(std::size_t offset, double level) const;
  /// The same at several levels.
  [[nodiscard]] std::vector<double> quantiles(std::size_t offset, std::span<const double> levels) const;
};

/// Path by path, of the origins that all have, at the offsets that all have. Empty if they share no origin.
/// Precondition: offsets begin alike.
Scenarios sum(std::span<const Scenarios> parts);

}  // namespace forecasting
