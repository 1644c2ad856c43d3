// Quantiles of a series' changes to a horizon, in its own units and at any scale: the histogram of residual_quantiles.h
// in a unit that follows the mean |change|. The unit moves in powers of two, so that a move is exact.
#pragma once

#include <algorithm>
#include <cmath>

#include "forecasting/values/residual_quantiles.h"

namespace forecasting {

class Changes {
 public:
  Changes(int window, double level) : memory_(std::max(window, 2)), quantiles_(memory_, level) {}

  void add(double change) {
    const double size = std::fabs(change);
    ++count_;
    mean_ += (size - mean_) * std::max(1.0 / count_, 2.0 / memory_);
    fit_unit(size);
    quantiles_.add(unit_ > 0 ? change / unit_ : 0);
  }

  [[nodiscard]] double quantile(double level) const { return unit_ * quantiles_.quantile(level); }
  [[nodiscard]] int count() const { return count_; }

  template <class Io>
  void state(Io& io) {
    io.count(count_);
    io.within(mean_, 0, kMost), io.within(unit_, 0, kMost);
    quantiles_.state(io);
  }

 private:
  static constexpr double kMost = 1e40;
  static constexpr double kLeast = 1e-60;  ///< the least unit: quotients stay finite, however long nothing changes

  /// Within a factor of four of the mean.
  void fit_unit(double size) {
    if (unit_ == 0 && size > kLeast) unit_ = std::exp2(std::ilogb(size));
    if (unit_ == 0 || mean_ <= kLeast || (mean_ < 4 * unit_ && mean_ > unit_ / 4)) return;
    const int octaves = std::ilogb(mean_ / unit_);
    unit_ *= std::exp2(octaves);
    quantiles_.rescale(octaves);
  }

  int memory_;
  int count_ = 0;
  double mean_ = 0, unit_ = 0;
  ResidualQuantiles quantiles_;
};

}  // namespace forecasting
