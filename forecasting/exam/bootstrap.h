// Confidence limits of a ratio of two mean losses: moving-block bootstrap (Künsch, "The jackknife and the bootstrap for
// general stationary observations", Ann. Statist. 17, 1989). Blocks are a day long, because losses of a day are
// correlated. Draws come from SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014), so that a seed gives the same limits on every platform.
#pragma once

#include <cstdint>
#include <vector>

namespace forecasting::exam {

struct BootstrapOptions {
  int block = 1440;  ///< steps; a quarter of the losses where there are less than four blocks
  int resamples = 1000;
  std::uint64_t seed = 1;
};

struct Limits {
  double lower = 0, upper = 0;  ///< NaN where there is no ratio
};

/// 5 % and 95 % quantiles of Σ own ÷ Σ other over resamples of the steps: each limit by itself holds with 95 %
/// confidence. A loss per step; a step with NaN in either series is left out of both. Precondition: equal lengths.
Limits ratio_limits(const std::vector<double>& own, const std::vector<double>& other, const BootstrapOptions& options);

}  // namespace forecasting::exam
