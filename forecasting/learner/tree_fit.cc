// Grows trees best-first on binned features: a split costs a pass over counts, and a leaf's sibling is its parent less
// the leaf (Ke et al., NIPS 2017, §2). Leaves then take the quantiles of the remaining error at each level.
#include "forecasting/learner/tree_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace forecasting {
namespace {

constexpr std::size_t kLeastExamples = 100;
constexpr std::size_t kSampleForCuts = 2048;
constexpr std::size_t kBins = 64;
constexpr double kShrink = 1;  // pseudo-examples without gradient in each leaf

float quantile_of(std::vector<float>& values, double level) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(std::lround(level * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

/// Features as numbers of bins, row after row, and the values between the bins.
class Binned {
 public:
  explicit Binned(const std::vector<Row>& rows) : bins_(rows.size()) {
    std::vector<float> values;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      values.clear();
      const std::size_t stride = std::max<std::size_t>(1, rows.size() / kSampleForCuts);
      for (std::size_t i = 0; i < rows.size(); i += stride) values.push_back(rows[i][f]);
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      cut(f, values);
      for (std::size_t i = 0; i < rows.size(); ++i) bins_[i][f] = bin_of(f, rows[i][f]);
    }
  }

  [[nodiscard]] std::size_t examples() const { return bins_.size(); }
  [[nodiscard]] const std::array<std::uint8_t, kFeatures>& operator[](std::size_t example) const {
    return bins_[example];
  }
  [[nodiscard]] std::size_t cuts(std::size_t feature) const { return counts_[feature]; }
  [[nodiscard]] float cut(std::size_t feature, std::size_t bin) const { return cuts_[feature][bin]; }

 private:
  /// At equal shares of the distinct values, ascending.
  void cut(std::size_t f, const std::vector<float>& values) {
    cuts_[f].fill(std::numeric_limits<float>::infinity());
    for (std::size_t b = 1; b < kBins; ++b) {
      const std::size_t at = b * values.size() / kBins;
      const float cut = Cut(values.empty() ? 0 : values[at]).value();  // with the precision of a kept cut
      if (at > 0 && (counts_[f] == 0 || cut > cuts_[f][counts_[f] - 1])) cuts_[f][counts_[f]++] = cut;
    }
  }

  /// How many cuts are at or below `value`: halving without a branch, for no branch here could be foretold.
  [[nodiscard]] std::uint8_t bin_of(std::size_t f, float value) const {
    std::size_t bin = 0;
    for (std::size_t half = kBins / 2; half > 0; half /= 2) bin += cuts_[f][bin + half - 1] <= value ? half : 0;
    return static_cast<std::uint8_t>(bin);
  }

  std::array<std::array<float, kBins - 1>, kFeatures> cuts_;  ///< then infinity
  std::array<std::size_t, kFeatures> counts_{};
  std::vector<std::array<std::uint8_t, kFeatures>> bins_;
};

/// Number of examples, and of those above their forecast: the gradient has two values, above and below. Both counts are
/// halves of one number, so that an example is counted by one addition.
class Cell {
 public:
  Cell() = default;
  static Cell one(bool above) { return Cell(above ? kAbove | 1 : 1); }
  void operator+=(Cell other) { both_ += other.both_; }
  void operator-=(Cell other) { both_ -= other.both_; }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(both_); }
  [[nodiscard]] double gradient(double level) const {
    return static_cast<double>(static_cast<std::uint32_t>(both_ >> 32)) - (1 - level) * count();
  }

 private:
  static constexpr std::uint64_t kAbove = std::uint64_t{1} << 32;
  explicit Cell(std::uint64_t both) : both_(both) {}
  std::uint64_t both_ = 0;
};

/// A leaf while the tree grows: its examples, and the best split found.
struct Growing {
  std::size_t first, last;  // in the order of examples
  std::vector<Cell> cells;  // features × bins
  Cell all;
  double gain = 0;
  std::size_t feature = 0, bin = 0;
  std::size_t parent = 0;  // the leaf's parent node
  bool above = false;
};

class Grower {
 public:
  Grower(const Binned& binned, const std::vector<float>& changes, const ForestOptions& options)
      : options_(options),
        binned_(binned),
        least_(std::max<std::size_t>(
            10, static_cast<std::size_t>(options.least_share * static_cast<double>(binned.examples())))),
        order_(binned.examples()),
        signs_(binned.examples()),
        left_(options.levels.size(), changes) {}

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
    std::transform(followed.begin(), followed.end(), signs_.begin(), [](float left) { return Cell::one(left > 0); });
    Tree tree;
    std::vector<Growing> leaves(1, Growing{0, order_.size(), {}, {}, 0, 0, 0, 0, false});
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

  /// Packs leaves into two bytes, in the unit that holds the largest leaf.
  void pack(Forest& forest) const {
    constexpr float kLargestLeaf = 32767;
    float largest = 0;
    for (const float leaf : leaves_) largest = std::max(largest, std::fabs(leaf));
    forest.unit = largest / kLargestLeaf;
    for (const float leaf : leaves_) {
      forest.leaves.push_back(static_cast<std::int16_t>(forest.unit > 0 ? std::lround(leaf / forest.unit) : 0));
    }
  }

  [[nodiscard]] std::size_t level_index() const {
    const auto at = std::find(options_.levels.begin(), options_.levels.end(), options_.level);
    return static_cast<std::size_t>(at - options_.levels.begin());
  }

  void count(Growing& leaf) const {
    leaf.cells.assign(kFeatures * kBins, {});
    for (std::size_t i = leaf.first; i < leaf.last; ++i) {
      const Cell sign = signs_[order_[i]];
      const auto& bins = binned_[order_[i]];
      leaf.all += sign;
      for (std::size_t f = 0; f < kFeatures; ++f) leaf.cells[f * kBins + bins[f]] += sign;
    }
  }

  /// Chooses the best cut by its gain in Σ gradient² / examples. Gains are compared as fractions, because a division
  /// takes longest.
  void choose(Growing& leaf) const {
    const auto squared = [this](Cell cell) { return std::pow(cell.gradient(options_.level), 2); };
    const auto size = [](Cell cell) { return cell.count() + kShrink; };
    const double whole = squared(leaf.all) / size(leaf.all);
    double best = whole;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      Cell below, above = leaf.all;
      for (std::size_t b = 0; b < binned_.cuts(f); ++b) {
        const Cell cell = leaf.cells[f * kBins + b];
        if (cell.count() == 0) continue;  // as good as the cut before
        below += cell, above -= cell;
        if (below.count() < least_) continue;
        if (above.count() < least_) break;
        const double score = squared(below) * size(above) + squared(above) * size(below);
        const double sizes = size(below) * size(above);
        if (score > best * sizes) best = score / sizes, leaf.feature = f, leaf.bin = b;
      }
    }
    leaf.gain = best - whole;
  }

  /// Inner node `node` takes the place of leaf `at`, whose halves become leaves.
  void split(Tree& tree, std::size_t node, std::vector<Growing>& leaves, std::size_t at) {
    Growing whole = std::move(leaves[at]);
    const auto middle = std::stable_partition(order_.begin() + static_cast<std::ptrdiff_t>(whole.first),
                                              order_.begin() + static_cast<std::ptrdiff_t>(whole.last),
                                              [&](std::uint32_t i) { return binned_[i][whole.feature] <= whole.bin; });
    const auto cut = static_cast<std::size_t>(middle - order_.begin());
    tree.nodes[node].feature = static_cast<std::uint8_t>(whole.feature);
    tree.nodes[node].cut = Cut(binned_.cut(whole.feature, whole.bin));
    if (node > 0) tree.lead(whole.parent, whole.above, static_cast<std::uint8_t>(node));
    Growing below{whole.first, cut, {}, {}, 0, 0, 0, node, false}, above{cut, whole.last, {}, {}, 0, 0, 0, node, true};
    if (leaves.size() + 1 < kLeaves) weigh(whole, below, above);  // nobody splits the last ones
    leaves[at] = std::move(below);
    leaves.push_back(std::move(above));
  }

  /// Counts the halves of a leaf and finds their best cuts.
  void weigh(Growing& whole, Growing& below, Growing& above) const {
    const bool below_is_small = below.last - below.first < above.last - above.first;
    Growing &small = below_is_small ? below : above, &large = below_is_small ? above : below;
    count(small);
    large.cells = std::move(whole.cells);  // by difference: the larger half is never counted
    for (std::size_t i = 0; i < large.cells.size(); ++i) large.cells[i] -= small.cells[i];
    large.all = whole.all, large.all -= small.all;
    choose(below), choose(above);
  }

  /// Computes the leaf's quantiles of the remaining error, shrinks them, and subtracts them from the error.
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
  const Binned& binned_;
  std::size_t least_;
  std::vector<std::uint32_t> order_;
  std::vector<Cell> signs_;               ///< of the gradient
  std::vector<std::vector<float>> left_;  ///< by level: the error that the trees so far leave
  std::vector<float> leaves_;             ///< of all trees, before they are packed
};

}  // namespace

std::vector<Forest> grow_forests(const Examples& examples, const std::vector<ForestOptions>& options) {
  std::vector<Forest> forests(options.size());
  if (examples.rows.size() < kLeastExamples) return forests;
  const Binned binned(examples.rows);
  for (std::size_t i = 0; i < options.size(); ++i) forests[i] = Grower(binned, examples.changes, options[i]).grow();
  return forests;
}

}  // namespace forecasting
