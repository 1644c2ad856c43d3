// The level of a series, for scales that need one: the mean of about the last season, exponentially forgotten.
#pragma once

#include <algorithm>
#include <cmath>

#include "forecasting/forecaster.h"

namespace forecasting {

class Volatility {
 public:
  explicit Volatility(const Options& options) : memory_steps_(std::max(options.season_steps, 100)) {}

  /// The next value, NaN for a gap.
  void update(double value) {
    if (std::isnan(value)) return;
    ++seen_;
    level_ += std::max(1.0 / seen_, 1.0 / memory_steps_) * (value - level_);
  }

  [[nodiscard]] double level() const { return level_; }

 private:
  int memory_steps_;
  int seen_ = 0;
  double level_ = 0;
};

}  // namespace forecasting
