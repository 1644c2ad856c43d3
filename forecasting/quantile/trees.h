// Boosted regression trees for quantiles: what the linear learner cannot say, that a rise in the last five minutes
// means something else at nine o'clock than at night. Each tree was grown on the gradient of the pinball loss at one
// level and its leaves carry the quantiles of what was left, for that level and its neighbours (Friedman, "Greedy
// function approximation: a gradient boosting machine", Annals of Statistics 29, 2001, §4.4). A forest of thirty trees
// with eight leaves takes a few kilobytes; it is grown in the background, see tree_fit.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/quantile/features.h"

namespace forecasting {

inline constexpr std::size_t kLeaves = 8;

/// One tree: a step leads from an inner node to another one or to a leaf.
struct Tree {
  static constexpr std::uint8_t kLeaf = 0x80;  ///< in a step: the rest is a leaf's number
  struct Node {
    std::uint8_t feature = 0;
    std::array<std::uint8_t, 2> next{kLeaf, kLeaf};  ///< below the cut, at or above it
    float cut = 0;
  };
  std::array<Node, kLeaves - 1> nodes{};

  [[nodiscard]] std::size_t leaf(const Row& row) const {
    std::uint8_t step = 0;
    do {
      const Node& node = nodes[step];
      step = node.next[row[node.feature] >= node.cut ? 1 : 0];
    } while ((step & kLeaf) == 0);
    return step & static_cast<std::uint8_t>(~kLeaf);
  }
};

/// Trees grown at one level that give the quantiles at `levels`.
struct Forest {
  std::vector<double> levels;
  std::vector<float> start;  ///< one per level: before any tree
  std::vector<Tree> trees;
  std::vector<float> leaves;  ///< trees × kLeaves × levels

  [[nodiscard]] bool empty() const { return levels.empty(); }

  /// Adds the change to the horizon at each level to `changes`.
  void predict(const Row& row, std::span<double> changes) const {
    for (std::size_t q = 0; q < levels.size(); ++q) changes[q] += static_cast<double>(start[q]);
    for (std::size_t t = 0; t < trees.size(); ++t) {
      const float* leaf = &leaves[(t * kLeaves + trees[t].leaf(row)) * levels.size()];
      for (std::size_t q = 0; q < levels.size(); ++q) changes[q] += static_cast<double>(leaf[q]);
    }
  }

  [[nodiscard]] std::size_t bytes() const {
    return trees.size() * sizeof(Tree) + leaves.size() * sizeof(float) + start.size() * sizeof(float) +
           levels.size() * sizeof(double);
  }
};

}  // namespace forecasting
