// The metric of an online Newton step: the forgotten second moments of the features, and the inverse of moments plus
// ridge. Ten thousand series keep dozens of these metrics, so that both matrices take two bytes an entry beside their
// diagonals. The inverse is renewed now and then, and only steers the size and direction of steps. Moments are rounded
// up or down at random, in proportion to the remainder, so that many small samples add up correctly (stochastic
// rounding: Croci et al., Royal Society Open Science 9, 2022).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "forecasting/learner/features.h"

namespace forecasting {

using Scaled = std::array<float, kFeatures>;  ///< a row in the learner's units

class NewtonMetric {
 public:
  /// Fades the moments by `keep` in (0, 1], then adds `row`.
  void add(const Scaled& row, double keep);

  /// Renews the inverse, with `ridge` pseudo-samples of unit variance. Keeps the older inverse where the moments have
  /// none. O(features³).
  void invert(double ridge);

  [[nodiscard]] bool inverted() const { return inverted_; }

  /// inverse · row into `direction`; returns row · inverse · row. Nought before the first inverse.
  double direction(const Scaled& row, Scaled& direction) const;

  template <class Io>
  void state(Io& io) {
    constexpr float kMost = 1e30F;
    io.within(variances_, 0, kMost), io.within(diagonal_, 0, kMost);
    io(correlations_, codes_, random_, inverted_);
  }

 private:
  static constexpr std::size_t kBelow = kFeatures * (kFeatures - 1) / 2;

  Scaled variances_{};                               ///< diagonal of Σ x xᵀ
  std::array<std::int16_t, kBelow> correlations_{};  ///< below the diagonal, by rows, ÷ the roots of the diagonal
  Scaled diagonal_{};                                ///< roots of the inverse's diagonal
  std::array<std::int16_t, kBelow> codes_{};         ///< the inverse below its diagonal, ÷ these roots
  std::uint32_t random_ = 1;
  bool inverted_ = false;
};

}  // namespace forecasting
