// Boosted regression trees for quantiles. Trees know what a linear learner cannot express: a rise in the last five
// minutes means something else at nine o'clock than at night. Each tree is grown on the gradient of the pinball loss at
// one level. Its leaves carry the quantiles of the remaining error, for this level and its neighbours (Friedman,
// "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29, 2001, §4.4). Ten thousand
// series keep their trees, so a node takes five bytes, a leaf two a level. Trees are grown in the background
// (tree_fit.h).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/learner/features.h"

namespace forecasting {

inline constexpr std::size_t kLeaves = 8;

/// The upper 24 bits of a float: the precision of a stored cut.
class Cut {
 public:
  Cut() = default;
  explicit Cut(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::uint8_t>(bits >> (8 * (i + 1)));
  }
  [[nodiscard]] float value() const {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < bytes_.size(); ++i) bits |= static_cast<std::uint32_t>(bytes_[i]) << (8 * (i + 1));
    return std::bit_cast<float>(bits);
  }

 private:
  std::array<std::uint8_t, 3> bytes_{};
};

/// A tree: a step leads from an inner node to a later inner node or to a leaf.
struct Tree {
  static constexpr std::uint8_t kLeaf =
      8;  ///< a step with this bit leads to a leaf; its other bits are the leaf's number
  struct Node {
    std::uint8_t feature = 0;
    std::uint8_t next =
        kLeaf | kLeaf << 4;  ///< two steps: the lower four bits below the cut, the upper four at or above
    Cut cut;
  };
  std::array<Node, kLeaves - 1> nodes{};

  void lead(std::size_t node, bool above, std::uint8_t step) {
    std::uint8_t& next = nodes[node].next;
    next = static_cast<std::uint8_t>(above ? (next & 0x0F) | step << 4 : (next & 0xF0) | step);
  }

  [[nodiscard]] std::size_t leaf(const Row& row) const {
    std::uint8_t step = 0;
    do {
      const Node& node = nodes[step];
      step = row[node.feature] >= node.cut.value() ? node.next >> 4 : node.next & 0x0F;
    } while ((step & kLeaf) == 0);
    return step & static_cast<std::uint8_t>(~kLeaf);
  }

  /// Whether every way ends in a leaf and every feature exists. A tree from a file must be checked before use.
  [[nodiscard]] bool sound() const {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint8_t below = nodes[i].next & 0x0F, above = nodes[i].next >> 4;
      for (const std::uint8_t step : {below, above}) {
        if ((step & kLeaf) == 0 && (step <= i || step >= nodes.size())) return false;
      }
      if (nodes[i].feature >= kFeatures) return false;
    }
    return true;
  }
};

/// Trees grown at one level, with the quantiles at `levels` in their leaves.
struct Forest {
  std::vector<double> levels;
  std::vector<float> start;  ///< the quantile before any tree, per level
  float unit = 0;            ///< of the leaves
  std::vector<Tree> trees;
  std::vector<std::int16_t> leaves;  ///< trees × kLeaves × levels

  [[nodiscard]] bool empty() const { return levels.empty(); }

  /// Adds the change to the horizon at each level to `changes`.
  void predict(const Row& row, std::span<double> changes) const {
    for (std::size_t q = 0; q < levels.size(); ++q) changes[q] += static_cast<double>(start[q]);
    for (std::size_t t = 0; t < trees.size(); ++t) {
      const std::int16_t* leaf = &leaves[(t * kLeaves + trees[t].leaf(row)) * levels.size()];
      for (std::size_t q = 0; q < levels.size(); ++q) changes[q] += static_cast<double>(unit * leaf[q]);
    }
  }

  [[nodiscard]] std::size_t bytes() const {
    return sizeof(*this) + trees.size() * sizeof(Tree) + leaves.size() * sizeof(leaves[0]) +
           start.size() * sizeof(float) + levels.size() * sizeof(double);
  }
};

}  // namespace forecasting
