// Conditional quantiles of the change to a horizon, learned online: one linear function of the features per level.
// After each outcome an online Newton step on the pinball loss moves the functions (Hazan, Agarwal and Kale,
// "Logarithmic regret algorithms for online convex optimization", Machine Learning 69, 2007; pinball: Koenker and
// Bassett, 1978). The metric is the features' forgotten second moments, shared by all levels. No refit; a step costs
// O(features²). The quantiles are not calibrated; calibration.h does this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "forecasting/learner/features.h"
#include "forecasting/learner/newton_metric.h"

namespace forecasting {

class NewtonQuantiles {
 public:
  struct Options {
    int steps = 1;                ///< the horizon
    std::vector<double> levels;   ///< ascending, in (0, 1)
    bool relative = false;        ///< learns changes ÷ level: for series whose noise grows with their level
    int refactor_steps = 60;      ///< between two inversions of the metric
    double rate = 20;             ///< step, in mean absolute changes
    double ridge = 100;           ///< pseudo-samples
    int half_life_steps = 11520;  ///< of the metric
  };

  explicit NewtonQuantiles(Options options);

  /// Notes the inputs at an origin, once a step.
  void issue(const Row& row, double latest, double level);

  /// In place of issue() where nothing was observed: nothing is learned from this origin.
  void skip();

  /// Takes the value `steps` after the origin due now, NaN when missing; before this step's issue() or skip().
  void mature(double value);

  /// Quantiles `steps` ahead of an origin at `levels`, sorted, not clipped at nought. False while nothing was learned.
  bool predict(const Row& row, double latest, double level, std::span<double> quantiles) const;

  [[nodiscard]] int learned() const { return learned_; }
  [[nodiscard]] std::size_t bytes() const;

  template <class Io>
  void state(Io& io) {
    constexpr double kMost = 1e100;
    io.count(now_, learned_);
    io.within(squares_, 0, options_.half_life_steps);
    io.any(square_, weights_);  // after absurd figures they are none any more, and predict() has nothing to say
    io.within(size_, 0, kMost), io.within(weight_, 0, kMost);
    io.within(least_, -kMost, 0), io.within(most_, 0, kMost);
    for (Pending& pending : pending_) pending.state(io);
    metric_.state(io);
  }

 private:
  struct Pending {
    std::array<std::int8_t, kFeatures> row{};  ///< scaled and clipped, ÷ kClip · 127
    float latest = 0;
    float unit = 0;  ///< 0: nothing to learn from

    template <class Io>
    void state(Io& io) {
      io(row, latest);
      io.within(unit, 0, std::numeric_limits<float>::max());
    }
  };

  Pending* take_slot();  ///< of this step; nullptr: nothing is learned from this step
  [[nodiscard]] double unit_of(double level) const { return options_.relative ? level : 1.0; }
  [[nodiscard]] Scaled scaled(const Row& row, double unit) const;
  void learn(const Scaled& row, double change);

  Options options_;
  int stride_;
  long now_ = 0;  ///< steps issued
  int learned_ = 0;
  std::vector<Pending> pending_;
  std::array<float, kFeatures> square_{};  ///< running mean square of each feature ÷ unit
  int squares_ = 0;                        ///< samples in square_, at most a half-life
  NewtonMetric metric_;
  std::vector<std::array<float, kFeatures>> weights_;  ///< per level
  double size_ = 0, weight_ = 0;                       ///< forgotten Σ |change| and Σ 1
  double least_ = 0, most_ = 0;                        ///< changes seen, slowly forgotten: forecasts stay near them
};

}  // namespace forecasting
