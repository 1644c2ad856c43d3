// The exponentially weighted level: the smooth last value, what a patient reactive autoscaler follows. Until its memory
// is full it is the plain mean, so that the first value does not weigh for ever.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "forecasting/models/fit.h"
#include "forecasting/winsoriser.h"

namespace forecasting {

class Ewma {
 public:
  struct Options {
    double weight = 0.2;  ///< of a new value, (0, 1]
    bool robust = true;   ///< winsorise errors at 5 robust σ; a lasting shift passes (winsoriser.h)
  };

  explicit Ewma(const Options& options) : options_(options) {}
  Ewma() : Ewma(Options{}) {}

  /// The next step, NaN for a gap; a lower bound moves the level up, never down, and says nothing about errors.
  void update(double value, Sample sample = Sample::exact) {
    if (!std::isfinite(value)) return;
    if (std::isnan(level_)) {
      level_ = value;
      seen_ = 1;
      return;
    }
    const double error = value - level_;
    const bool bound = sample == Sample::at_least;
    if (bound && error <= 0) return;
    seen_ = std::min(seen_ + 1, 1 / options_.weight);
    level_ += (options_.robust && !bound ? winsoriser_.clip(error) : error) / seen_;
  }

  /// The same at every horizon; NaN before the first value.
  [[nodiscard]] double forecast() const { return level_; }

 private:
  Options options_;
  Winsoriser winsoriser_;
  double level_ = std::numeric_limits<double>::quiet_NaN();
  double seen_ = 0;  ///< values, up to 1 / weight
};

}  // namespace forecasting
