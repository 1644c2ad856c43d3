// Which of the past a regression sees, by the seasons that a series is long enough for: the newest values and those
// around the target one season, two, and a short plus a long season before. These are the lags at which a product of an
// ordinary and two seasonal polynomials is not nought (Box and Jenkins), so few coefficients do for a year of hours.
#pragma once

#include <span>
#include <vector>

namespace forecasting::batch {

/// In steps; 0: none. The same twice when there is but one.
struct Seasons {
  int shortest = 0;
  int longest = 0;
};

/// Of `seasons` (steps), those that fit into `size` values three times.
Seasons usable(std::span<const int> seasons, int size);

/// Of the values themselves: ascending, ≥ 1, at most half of `size`.
std::vector<int> value_lags(Seasons seasons, int size);
/// Of what a seasonal profile leaves: ascending, ≥ 1, at most half of `size`.
std::vector<int> residue_lags(Seasons seasons, int size);

/// Offsets ≤ 0 from the origin that tell of the value `step` ≥ 1 ahead: ascending, at most half of `size` back.
std::vector<int> offsets_for(int step, Seasons seasons, int size);

}  // namespace forecasting::batch
