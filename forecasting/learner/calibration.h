// Keeps the coverage of one horizon's quantiles as promised, over the days and at each hour of the day. Each level has
// a slow correction. Each hour of the day has a widening of the upper half, learned at the lowest level of this half,
// where misses are seen soonest. Every outcome moves both along the gradient of the pinball loss. Both are measured in
// the forecast's own spread, so that a restless hour is corrected more than a quiet hour (quantile tracking:
// Angelopoulos, Candès and Tibshirani, "Conformal PID control for time series prediction", NeurIPS 2023, §2.1). A step
// costs some nanoseconds and allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/learner/spans.h"

namespace forecasting {

class Calibration {
 public:
  static constexpr std::size_t kMostLevels = 6;

  /// How a corrected forecast turned out.
  struct Outcome {
    std::span<const float> served;  ///< quantiles
    double spread = 0;              ///< as apply() returned
    int slot = 0;                   ///< of the target in the day
    double value = 0;
    int judged = 0;   ///< outcomes so far
    double gain = 1;  ///< times as much is learned as usual
  };

  /// `levels` ascending, at most kMostLevels; `planning`: index of the planning level. Forecasts are `steps` ahead; one
  /// outcome is learned every stride_of(steps).
  Calibration(const std::vector<double>& levels, std::size_t planning, const Spans& spans, int steps);

  /// Corrects quantiles at the levels, in place, of a target in step `slot` of the day; they may cross afterwards.
  /// Returns the spread they had before, in their units, ≥ 0.
  double apply(std::span<double> quantiles, int slot) const;

  /// `levels`: as given to the constructor.
  void learn(const Outcome& outcome, std::span<const double> levels);

  /// By which share the hour of a step of the day widens the lowest level of the upper half; negative: narrows.
  [[nodiscard]] double widening(int slot) const { return static_cast<double>(hours_[hour_of(slot)]); }

  template <class Io>
  void state(Io& io) {
    io.within(common_, -kMost, kMost), io.within(hours_, kLeastWider, kMostWider);
  }

 private:
  static constexpr std::size_t kHours = 24;
  static constexpr float kMost = 2;                            ///< spreads: misses far beyond are the members' to learn
  static constexpr float kMostWider = 4, kLeastWider = -0.8F;  ///< an hour's widening

  [[nodiscard]] std::size_t hour_of(int slot) const {
    return static_cast<std::size_t>(slot) * kHours / static_cast<std::size_t>(day_steps_);
  }

  std::uint8_t median_ = 0;  ///< index of the last level up to ½
  std::uint8_t wide_ = 0;    ///< index of the level whose distance from the median is the spread
  bool seasonal_;
  int day_steps_;
  float a_day_;                              ///< share of a day that an outcome stands for
  float hour_gain_;                          ///< widening a day, if all outcomes of the hour were above
  std::array<float, kMostLevels> common_{};  ///< in spreads
  std::array<float, kHours> hours_{};        ///< widening of the upper half
};

}  // namespace forecasting
