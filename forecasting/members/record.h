// Losses of one member at one horizon: exponentially forgotten pinball loss at the planning level, beside the losses of
// the two yardsticks *on the same steps*. So members without a forecast at some steps are still compared fairly.
#pragma once

#include <algorithm>
#include <cmath>

namespace forecasting {

class Record {
 public:
  /// `memory_steps` ≥ 1: judged steps after which a loss has faded to 1/e.
  explicit Record(int memory_steps) : memory_steps_(memory_steps) {}

  /// Losses of one judged step, NaN where a forecast was missing. A step without own or last value's loss is left out.
  void add(double own, double last_value, double seasonal, bool covered) {
    if (std::isnan(own) || std::isnan(last_value)) return;
    ++samples_;
    const double weight = std::max(1.0 / samples_, 1.0 / memory_steps_);
    own_ += weight * (own - own_);
    last_value_ += weight * (last_value - last_value_);
    coverage_ += weight * ((covered ? 1.0 : 0.0) - coverage_);
    if (std::isnan(seasonal)) return;
    ++seasonal_samples_;
    const double seasonal_weight = std::max(1.0 / seasonal_samples_, 1.0 / memory_steps_);
    own_beside_seasonal_ += seasonal_weight * (own - own_beside_seasonal_);
    seasonal_ += seasonal_weight * (seasonal - seasonal_);
  }

  [[nodiscard]] int samples() const { return samples_; }
  [[nodiscard]] double coverage() const { return coverage_; }
  [[nodiscard]] double loss() const { return own_; }
  [[nodiscard]] double last_value_loss() const { return last_value_; }
  [[nodiscard]] double seasonal_loss() const { return seasonal_; }
  [[nodiscard]] int seasonal_samples() const { return seasonal_samples_; }

  /// Own loss ÷ last value's; 1 when neither ever erred, or nothing was judged.
  [[nodiscard]] double ratio() const { return quotient(own_, last_value_); }
  [[nodiscard]] double seasonal_ratio() const { return quotient(own_beside_seasonal_, seasonal_); }

 private:
  static double quotient(double own, double other) { return other > 0 ? own / other : 1.0; }

  int memory_steps_;
  int samples_ = 0;
  int seasonal_samples_ = 0;
  double own_ = 0;
  double last_value_ = 0;
  double own_beside_seasonal_ = 0;
  double seasonal_ = 0;
  double coverage_ = 0;
};

}  // namespace forecasting
