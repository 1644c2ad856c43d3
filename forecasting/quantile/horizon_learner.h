// The conditional quantiles at one horizon: two linear learners (changes in the series' units, and relative to its
// level) and, once they were grown, trees; averaged with weights that follow how each of them did lately, the
// calibrated last value always among them, so that a series nobody can foretell is forecast no worse than by its newest
// value. A slow correction per level keeps the coverage (Angelopoulos, Candès and Tibshirani, "Conformal PID control
// for time series prediction", NeurIPS 2023, §2.2).
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "forecasting/quantile/features.h"
#include "forecasting/quantile/newton_quantiles.h"
#include "forecasting/quantile/trees.h"
#include "forecasting/residual_quantiles.h"

namespace forecasting {

class HorizonLearner {
 public:
  static constexpr std::size_t kMembers = 4;
  enum Member : std::size_t { kLastValue, kLinear, kRelative, kTrees };

  struct Options {
    int steps = 1;               ///< the horizon
    std::vector<double> levels;  ///< ascending, at most kMostLevels
    std::size_t planning = 0;    ///< index of the level by which members are compared
    Spans spans;
  };
  static constexpr std::size_t kMostLevels = 6;

  explicit HorizonLearner(const Options& options);

  /// The value of this step, NaN when missing: judges and teaches what was forecast for it. Before issue().
  void mature(double value);

  /// What is known now; once a step. `missing`: the newest value is older than this step.
  void issue(const Row& row, double latest, double level, bool missing);

  /// From now on, and until the next: trees grown on this series' past, empty ones for none.
  void adopt(std::vector<Forest> forests) { forests_ = std::move(forests); }

  /// Quantiles of the newest forecast at the levels, monotone, not clipped at nought; NaN before anything was learned.
  [[nodiscard]] std::span<const double> quantiles() const { return {served_.data(), options_.levels.size()}; }
  [[nodiscard]] double weight(Member member) const { return weights_[member]; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Levels = std::array<double, kMostLevels>;
  struct Pending {
    std::array<float, kMembers> uppers{};
    std::array<float, kMostLevels> served{};
    float latest = 0;
    bool valid = false;
  };

  void judge(const Pending& due, double value);
  void weigh();

  Options options_;
  int stride_;
  long now_ = 0;
  std::vector<Pending> pending_;
  ResidualQuantiles changes_;  ///< of the last value
  NewtonQuantiles linear_, relative_;
  std::vector<Forest> forests_;
  Levels served_{}, correction_{};
  std::array<double, kMembers> losses_{}, weights_{};
  std::array<int, kMembers> counts_{};  ///< judged forecasts of each member
  double error_ = 0;                    ///< mean |error| at the planning level
  int judged_ = 0;
};

}  // namespace forecasting
