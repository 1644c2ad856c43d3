// Grows a forest for trees.h: best-first, on features cut into 64 bins at most, so that a split costs a pass over
// counts and not over rows (Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NIPS 2017, §2).
// Deterministic: no sampling; on ties the earlier feature and the lower cut win.
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
  double level = 0.95;         ///< the level whose gradient the trees follow
  std::vector<double> levels;  ///< the levels of the leaves
  int trees = 30;
  double rate = 0.13;         ///< shrinkage
  double least_share = 0.01;  ///< of the examples in a leaf, at least ten
};

/// A forest for each of `options`, on the same bins; empty forests with fewer than 100 examples.
std::vector<Forest> grow_forests(const Examples& examples, const std::vector<ForestOptions>& options);

}  // namespace forecasting
