// The level of a series, for scales that need a level: its mean over about the last season, exponentially forgotten.
#pragma once

#include <algorithm>
#include <cmath>

namespace forecasting {

class RunningLevel {
 public:
  /// `memory_steps` ≥ 1: values after which a value has faded to 1/e.
  explicit RunningLevel(int memory_steps) : memory_steps_(memory_steps) {}

  /// The next value, NaN for a gap.
  void update(double value) {
    if (std::isnan(value)) return;
    if (seen_ < memory_steps_) ++seen_;
    level_ += (value - level_) / seen_;
  }

  [[nodiscard]] double level() const { return level_; }

 private:
  int memory_steps_;
  int seen_ = 0;
  double level_ = 0;
};

}  // namespace forecasting
