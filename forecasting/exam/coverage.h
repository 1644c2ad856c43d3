// Coverage of the quantiles where it matters: on average, by hour of the day, where a ramp is predicted, and for the
// maximum of a window. Coverage is kept as counts, so that the series of a group are pooled by adding.
#pragma once

#include <array>
#include <vector>

#include "forecasting/exam/roll.h"

namespace forecasting::exam {

struct Tally {
  long covered = 0;
  long judged = 0;

  void add(bool is_covered) {
    covered += is_covered ? 1 : 0;
    ++judged;
  }
  void add(const Tally& other) {
    covered += other.covered;
    judged += other.judged;
  }
  /// NaN when nothing was judged.
  [[nodiscard]] double share() const;
};

struct Coverage {
  static constexpr long kLeastAnHour = 20;  ///< targets, for an hour to be the worst

  std::array<Tally, kLevels.size()> mean;
  std::array<Tally, 24> by_hour;  ///< P90, by the target's hour of the day
  Tally ramp_decile;              ///< P90, targets in the top tenth of median − newest value at the origin
  std::vector<std::array<Tally, kWindowLevels.size()>> windows;  ///< the maximum, per window

  /// Adds another series; windows must be the same.
  void add(const Coverage& other);

  /// The share of the hour farthest from .90; NaN when no hour has kLeastAnHour targets.
  [[nodiscard]] double worst_hour() const;
};

/// Of lead number `lead` of the questions.
Coverage coverage_of(const aia::DemandSeries& series, const Questions& questions, const Rolled& rolled,
                     std::size_t lead);

}  // namespace forecasting::exam
