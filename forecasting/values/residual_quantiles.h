// Quantiles of standardised residuals under exponential forgetting: the conformal score store. A rolling window weighs
// its residuals 1 or 0; here they fade (weighted split conformal prediction: Barber, Candès, Ramdas and Tibshirani,
// "Conformal prediction beyond exchangeability", Ann. Statist. 51, 2023), with the mean age of a rolling window of the
// asked length. That needs no ring of residuals: a histogram over the sign and logarithm of the residual (8 bins an
// octave, interpolated) takes 1 KB and a step some nanoseconds, and one level is followed as residuals come in. Never
// allocates.
#pragma once

#include <array>
#include <cstddef>

namespace forecasting {

class ResidualQuantiles {
 public:
  /// `window_steps` ≥ 2: residuals fade as slowly as a rolling window of this length. `level`: the one that is
  /// followed.
  ResidualQuantiles(int window_steps, double level);

  /// A residual in units of its predicted scale; finite.
  void add(double residual);

  /// The followed quantile, 0 before the first residual. Conformal: the next residual counts as one of them, above all.
  [[nodiscard]] double tracked() const;

  /// The unit of residuals became 2^octaves larger (smaller if negative): all move by whole bins, exactly.
  void rescale(int octaves);

  /// Any other quantile, by a scan.
  [[nodiscard]] double quantile(double level) const;

  template <class Io>
  void state(Io& io) {
    constexpr double kMost = 1e30;
    io.within(weight_, 0, static_cast<float>(kMost)), io.within(total_, 0, kMost), io.within(next_weight_, 1, kMost);
    io.within(below_, -kMost, kMost);
    io.within(bin_, std::size_t{0}, kBins - 1);
  }

 private:
  static constexpr int kOctaves = 15;   // |residual| from 2^-6 to 2^9
  static constexpr int kSmallest = -6;  // below it a residual is nought
  static constexpr std::size_t kSide = 8 * kOctaves;
  static constexpr std::size_t kBins = 2 * kSide + 1;

  static std::size_t bin_of(double residual);
  static double edge(std::size_t steps);  ///< lower |residual| of the steps-th bin from nought

  [[nodiscard]] double within(std::size_t bin, double below, double target) const;
  void fade();
  void sum_up();
  void follow();

  std::array<float, kBins> weight_{};
  double total_ = 0;
  double next_weight_ = 1;  ///< of the next residual: grows, instead of all others shrinking
  double growth_;
  double level_;
  std::size_t bin_ = kSide;  ///< where the followed quantile lies
  double below_ = 0;         ///< weight below that bin
};

}  // namespace forecasting
