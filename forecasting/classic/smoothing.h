// The recursion that all exponential smoothing shares, in error-correction form (Hyndman, Koehler, Ord and Snyder,
// "Forecasting with exponential smoothing", 2008, tables 2.2 and 2.3), with the season in a ring: a step costs O(1)
// whatever the season. Written over a scalar so that the same lines give values (double) and exact gradients (Dual).
// Additive and multiplicative *errors* move the states alike for a given residual y − ŷ; they differ in likelihood and
// variance only, which is why there is one recursion and not two.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "forecasting/classic/dual.h"

namespace forecasting {

enum class Trend { none, additive, damped };
enum class Season { none, additive, multiplicative };

struct SmoothingForm {
  Trend trend = Trend::none;
  Season season = Season::none;
  int season_steps = 1;  ///< ≥ 2 where there is a season
};

/// Error-correction smoothing: l += αe, b += βe, s += γe, so β ≤ α and γ ≤ 1 − α in the usual region.
template <typename Scalar>
struct Smoothing {
  Scalar alpha{0.1};
  Scalar beta{0.0};
  Scalar gamma{0.0};
  Scalar phi{1.0};  ///< damping of the trend
};

/// Where the recursion starts. The season begins with the phase of the first value; empty where there is none.
template <typename Scalar>
struct SmoothingStart {
  Scalar level{0.0};
  Scalar trend{0.0};
  std::vector<double> season{};
};

template <typename Scalar>
class SmoothingFilter {
 public:
  SmoothingFilter() = default;
  SmoothingFilter(const SmoothingForm& form, const Smoothing<Scalar>& smoothing, const SmoothingStart<Scalar>& start)
      : form_(form),
        smoothing_(smoothing),
        level_(start.level),
        trend_(start.trend),
        season_(start.season.begin(), start.season.end()) {
    if (form.trend == Trend::none) trend_ = Scalar(0.0);
  }

  /// The next step's value as seen from the newest, ŷ(t+1 | t).
  [[nodiscard]] Scalar expected() const {
    const Scalar base = level_ + damped_trend();
    if (form_.season == Season::none) return base;
    return form_.season == Season::additive ? base + season_[next_] : base * season_[next_];
  }

  /// One step on, whose residual y − expected() was `error`; nothing observed: gap().
  void correct(const Scalar& error) {
    const Scalar before = level_ + damped_trend();
    Scalar gain = error;
    if (form_.season == Season::additive) {
      season_[next_] += smoothing_.gamma * error;
    } else if (form_.season == Season::multiplicative) {
      gain = error / season_[next_];
      season_[next_] += smoothing_.gamma * (error / before);
    }
    move(before, gain);
  }

  void gap() { move(level_ + damped_trend(), Scalar(0.0)); }

  /// The season's part `steps` ahead: an addend, or a factor.
  [[nodiscard]] Scalar seasonal(int steps) const {
    if (form_.season == Season::none) return Scalar(0.0);
    return season_[(next_ + static_cast<std::size_t>(steps - 1)) % season_.size()];
  }

  [[nodiscard]] const Smoothing<Scalar>& smoothing() const { return smoothing_; }
  [[nodiscard]] const Scalar& level() const { return level_; }
  [[nodiscard]] const Scalar& trend() const { return trend_; }

 private:
  [[nodiscard]] Scalar damped_trend() const { return form_.trend == Trend::damped ? smoothing_.phi * trend_ : trend_; }
  void move(const Scalar& before, const Scalar& gain) {
    level_ = before + smoothing_.alpha * gain;
    if (form_.trend != Trend::none) trend_ = damped_trend() + smoothing_.beta * gain;
    if (!season_.empty() && ++next_ == season_.size()) next_ = 0;
  }

  SmoothingForm form_;
  Smoothing<Scalar> smoothing_;
  Scalar level_{0.0};
  Scalar trend_{0.0};
  std::vector<Scalar> season_;
  std::size_t next_ = 0;  ///< season index of the step to come
};

}  // namespace forecasting
