#include "forecasting/quantile/tree_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace forecasting {
namespace {

constexpr std::size_t kLeastExamples = 100;
constexpr std::size_t kSampleForCuts = 2048;
constexpr double kShrink = 1;  // pseudo-examples without gradient in each leaf

float quantile_of(std::vector<float>& values, double level) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(std::lround(level * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

/// Features as bin numbers, one column after the other, and the values between the bins.
struct Binned {
  std::size_t examples;
  std::array<std::vector<float>, kFeatures> cuts;
  std::vector<std::uint8_t> bins;

  Binned(const Examples& of, int most) : examples(of.rows.size()), bins(examples * kFeatures) {
    std::vector<float> values;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      values.clear();
      const std::size_t stride = std::max<std::size_t>(1, examples / kSampleForCuts);
      for (std::size_t i = 0; i < examples; i += stride) values.push_back(of.rows[i][f]);
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      for (int b = 1; b < most; ++b) {
        const auto at = static_cast<std::size_t>(b) * values.size() / static_cast<std::size_t>(most);
        const float cut = Cut(values.empty() ? 0 : values[at]).value();  // as it will be kept
        if (at > 0 && (cuts[f].empty() || cut > cuts[f].back())) cuts[f].push_back(cut);
      }
      for (std::size_t i = 0; i < examples; ++i) {
        const auto above = std::upper_bound(cuts[f].begin(), cuts[f].end(), of.rows[i][f]);
        bins[f * examples + i] = static_cast<std::uint8_t>(above - cuts[f].begin());
      }
    }
  }
};

struct Cell {
  double gradient = 0;
  std::uint32_t count = 0;
};

/// A leaf while the tree grows: its examples, and the best way to split it.
struct Growing {
  std::size_t first, last;  // in the order of examples
  std::vector<Cell> cells;  // features × bins
  double gradient = 0;
  double gain = 0;
  std::size_t feature = 0, bin = 0;
  std::size_t parent = 0;  // where it hangs
  bool above = false;
};

class Grower {
 public:
  Grower(const Examples& examples, const ForestOptions& options)
      : options_(options),
        binned_(examples, options.bins),
        least_(std::max<std::size_t>(
            10, static_cast<std::size_t>(options.least_share * static_cast<double>(examples.rows.size())))),
        order_(examples.rows.size()),
        gradients_(examples.rows.size()),
        left_(options.levels.size(), examples.changes) {}

  Forest grow() {
    Forest forest;
    forest.levels = options_.levels;
    for (std::size_t q = 0; q < left_.size(); ++q) {
      auto values = left_[q];
      forest.start.push_back(quantile_of(values, options_.levels[q]));
      for (float& change : left_[q]) change -= forest.start[q];
    }
    for (int t = 0; t < options_.trees; ++t) grow_tree(forest);
    pack(forest);
    return forest;
  }

 private:
  void grow_tree(Forest& forest) {
    std::iota(order_.begin(), order_.end(), 0U);
    const auto& followed = left_[level_index()];
    for (std::size_t i = 0; i < gradients_.size(); ++i)
      gradients_[i] = static_cast<float>(followed[i] > 0 ? options_.level : options_.level - 1);
    Tree tree;
    std::vector<Growing> leaves(1, Growing{0, order_.size(), {}, 0, 0, 0, 0, 0, false});
    count(leaves[0]), choose(leaves[0]);
    std::size_t inner = 0;
    while (leaves.size() < kLeaves) {
      const auto best =
          std::max_element(leaves.begin(), leaves.end(), [](const auto& a, const auto& b) { return a.gain < b.gain; });
      if (best->gain <= 0) break;
      split(tree, inner++, leaves, static_cast<std::size_t>(best - leaves.begin()));
    }
    if (inner == 0) return;  // nothing to learn
    const std::size_t base = leaves_.size();
    leaves_.resize(base + kLeaves * left_.size());
    for (std::size_t l = 0; l < leaves.size(); ++l) {
      tree.lead(leaves[l].parent, leaves[l].above, static_cast<std::uint8_t>(Tree::kLeaf | l));
      fill(leaves[l], &leaves_[base + l * left_.size()]);
    }
    forest.trees.push_back(tree);
  }

  /// Leaves in two bytes, in the unit that holds the largest.
  void pack(Forest& forest) const {
    constexpr float kMost = 32767;
    float largest = 0;
    for (const float leaf : leaves_) largest = std::max(largest, std::fabs(leaf));
    forest.unit = largest / kMost;
    for (const float leaf : leaves_) {
      forest.leaves.push_back(static_cast<std::int16_t>(forest.unit > 0 ? std::lround(leaf / forest.unit) : 0));
    }
  }

  [[nodiscard]] std::size_t level_index() const {
    const auto at = std::find(options_.levels.begin(), options_.levels.end(), options_.level);
    return static_cast<std::size_t>(at - options_.levels.begin());
  }

  void count(Growing& leaf) const {
    const auto bins = static_cast<std::size_t>(options_.bins);
    leaf.cells.assign(kFeatures * bins, {});
    for (std::size_t i = leaf.first; i < leaf.last; ++i) leaf.gradient += static_cast<double>(gradients_[order_[i]]);
    for (std::size_t f = 0; f < kFeatures; ++f) {
      Cell* cells = &leaf.cells[f * bins];
      const std::uint8_t* column = &binned_.bins[f * binned_.examples];
      for (std::size_t i = leaf.first; i < leaf.last; ++i) {
        Cell& cell = cells[column[order_[i]]];
        cell.gradient += static_cast<double>(gradients_[order_[i]]);
        ++cell.count;
      }
    }
  }

  void choose(Growing& leaf) const {
    const auto bins = static_cast<std::size_t>(options_.bins), all = leaf.last - leaf.first;
    const auto score = [](double gradient, std::size_t n) {
      return gradient * gradient / (static_cast<double>(n) + kShrink);
    };
    const double whole = score(leaf.gradient, all);
    for (std::size_t f = 0; f < kFeatures; ++f) {
      double below = 0;
      std::size_t n = 0;
      for (std::size_t b = 0; b < binned_.cuts[f].size(); ++b) {
        below += leaf.cells[f * bins + b].gradient, n += leaf.cells[f * bins + b].count;
        if (n < least_) continue;
        if (all - n < least_) break;
        const double gain = score(below, n) + score(leaf.gradient - below, all - n) - whole;
        if (gain > leaf.gain) leaf.gain = gain, leaf.feature = f, leaf.bin = b;
      }
    }
  }

  /// Inner node `node` takes the place of leaf `at`, whose halves become leaves.
  void split(Tree& tree, std::size_t node, std::vector<Growing>& leaves, std::size_t at) {
    Growing whole = std::move(leaves[at]);
    const std::uint8_t* column = &binned_.bins[whole.feature * binned_.examples];
    const auto middle = std::stable_partition(order_.begin() + static_cast<std::ptrdiff_t>(whole.first),
                                              order_.begin() + static_cast<std::ptrdiff_t>(whole.last),
                                              [&](std::uint32_t i) { return column[i] <= whole.bin; });
    const auto cut = static_cast<std::size_t>(middle - order_.begin());
    tree.nodes[node].feature = static_cast<std::uint8_t>(whole.feature);
    tree.nodes[node].cut = Cut(binned_.cuts[whole.feature][whole.bin]);
    if (node > 0) tree.lead(whole.parent, whole.above, static_cast<std::uint8_t>(node));
    Growing below{whole.first, cut, {}, 0, 0, 0, 0, node, false}, above{cut, whole.last, {}, 0, 0, 0, 0, node, true};
    const bool below_is_small = cut - whole.first < whole.last - cut;
    Growing &small = below_is_small ? below : above, &large = below_is_small ? above : below;
    count(small);
    large.cells = std::move(whole.cells);  // by difference: the larger half is never counted
    for (std::size_t i = 0; i < large.cells.size(); ++i) {
      large.cells[i].gradient -= small.cells[i].gradient, large.cells[i].count -= small.cells[i].count;
    }
    large.gradient = whole.gradient - small.gradient;
    choose(below), choose(above);
    leaves[at] = std::move(below);
    leaves.push_back(std::move(above));
  }

  /// The leaf's quantiles of what is left, shrunk, and takes them off.
  void fill(const Growing& leaf, float* quantiles) {
    std::vector<float> values;
    for (std::size_t q = 0; q < left_.size(); ++q) {
      values.clear();
      for (std::size_t i = leaf.first; i < leaf.last; ++i) values.push_back(left_[q][order_[i]]);
      quantiles[q] = static_cast<float>(options_.rate) * quantile_of(values, options_.levels[q]);
      for (std::size_t i = leaf.first; i < leaf.last; ++i) left_[q][order_[i]] -= quantiles[q];
    }
  }

  const ForestOptions& options_;
  Binned binned_;
  std::size_t least_;
  std::vector<std::uint32_t> order_;
  std::vector<float> gradients_;
  std::vector<std::vector<float>> left_;  ///< by level: what the trees so far did not explain
  std::vector<float> leaves_;             ///< of all trees, before they are packed
};

}  // namespace

Forest grow_forest(const Examples& examples, const ForestOptions& options) {
  if (examples.rows.size() < kLeastExamples) return {};
  return Grower(examples, options).grow();
}

}  // namespace forecasting
