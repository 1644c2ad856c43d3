// Growing a forest for trees.h: best-first, on features cut into 64 bins at most, so that a split costs one
// pass over counts and not over rows (Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NIPS
// 2017, §2). Deterministic: no sampling, ties go to the earlier feature and the lower cut.
#pragma once

#include <vector>

#include "forecasting/learner/trees.h"

namespace forecasting {

/// Rows and the change from each row's origin to its target; finite.
struct Examples {
  std::vector<Row> rows;
  std::vector<float> changes;
};

struct ForestOptions {
  double level = 0.95;         ///< the one whose gradient is followed
  std::vector<double> levels;  ///< the ones that leaves carry
  int trees = 30;
  double rate = 0.13;         ///< shrinkage
  double least_share = 0.01;  ///< of the examples in a leaf, at least ten
};

/// One forest for each of `options`, on the same bins; empty ones when there are fewer than 100 examples.
std::vector<Forest> grow_forests(const Examples& examples, const std::vector<ForestOptions>& options);

}  // namespace forecasting
