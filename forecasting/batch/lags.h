// The past values that a regression sees, by the seasons that a series is long enough for: the newest values, and the
// values around the target a season, two seasons, and a short plus a long season before. At these lags a product of an
// ordinary and two seasonal polynomials has its terms (Box and Jenkins), so a few coefficients are enough for a year of
// hours.
#pragma once

#include <span>
#include <vector>

namespace forecasting::batch {

/// In steps; 0: none. With a single season both are equal.
struct Seasons {
  int shortest = 0;
  int longest = 0;
};

/// The shortest and the longest of the `seasons` (steps) that fit into `size` values three times.
Seasons usable(std::span<const int> seasons, int size);

/// Of the values themselves: ascending, ≥ 1, at most half of `size`.
std::vector<int> value_lags(Seasons seasons, int size);
/// Lags for the residues of a seasonal profile: ascending, ≥ 1, at most half of `size`.
std::vector<int> residue_lags(Seasons seasons, int size);

/// Offsets ≤ 0 from the origin to the values that inform about the value `step` ≥ 1 ahead: ascending, at most half of
/// `size` back.
std::vector<int> offsets_for(int step, Seasons seasons, int size);

}  // namespace forecasting::batch
