// Autocorrelation of a series with gaps at every lag at once, by the fast Fourier transform of the values and of their
// mask (Wiener and Khinchin; products of missing pairs are left out of both sums): O(n log n) where lag by lag would be
// O(n²).
#pragma once

#include <vector>

namespace forecasting {

/// r(0 … lag_max), lag_max < size; r(0) = 1. NaN = gap; a lag that fewer than a tenth of the possible pairs cover, and
/// every lag of a constant series, is 0. The values should be about the same size: one at 1e200 is all that is seen.
std::vector<double> autocorrelation(const std::vector<double>& values, int lag_max);

}  // namespace forecasting
