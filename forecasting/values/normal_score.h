// Where a value lies within forecast quantiles, as a standard normal score, and back: what makes the errors of horizons
// and of series comparable, each measured by the spread that its own forecast had (the probability integral transform:
// Dawid, J. R. Statist. Soc. A 147, 1984). Linear in the score between levels; beyond them as steep as the nearest
// pair.
#pragma once

#include <span>

namespace forecasting {

/// The standard normal's quantile (Acklam's rational approximation, |error| < 1.2e-9 of it). `level` in (0, 1).
double normal_quantile(double level);

/// Score of `value`, within ±4. `quantiles` at `levels`, both ascending, at least two of them. Where the quantiles
/// meet: 0 on them, ±4 off them.
double normal_score(double value, std::span<const float> quantiles, std::span<const double> levels);

/// The value at a score, the inverse of it. `scores`: normal_quantile of each level.
double value_at(double score, std::span<const double> quantiles, std::span<const double> scores);

}  // namespace forecasting
