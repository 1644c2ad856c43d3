// The recursion that all exponential smoothing shares, in error-correction form (Hyndman, Koehler, Ord and Snyder,
// "Forecasting with exponential smoothing", 2008, tables 2.2 and 2.3), with the season in a ring: a step costs O(1)
// whatever the season. Written over a scalar so that the same lines give values (double) and exact gradients (Dual).
// Additive and multiplicative *errors* move the states alike for a given residual y − ŷ; they differ in likelihood and
// variance only, which is why there is one recursion and not two. Taylor's second season (J. Oper. Res. Soc. 54, 2003,
// 799-805) is a second ring, and his AR(1) adjustment of residuals a scalar.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "forecasting/models/dual.h"

namespace forecasting {

enum class Trend { none, additive, damped };
enum class Season { none, additive, multiplicative };

struct SmoothingForm {
  Trend trend = Trend::none;
  Season season = Season::none;
  int season_steps = 1;   ///< ≥ 2 where there is a season
  int second_steps = 0;   ///< of the longer season, a multiple of season_steps; 0: none
  bool adjusted = false;  ///< for the autocorrelation of residuals, by Smoothing::rho
};

/// Error-correction smoothing: l += αe, b += βe, s += γe (second: δe), so β ≤ α and γ ≤ 1 − α in the usual region.
template <typename Scalar>
struct Smoothing {
  Scalar alpha{0.1};
  Scalar beta{0.0};
  Scalar gamma{0.0};
  Scalar phi{1.0};    ///< damping of the trend
  Scalar delta{0.0};  ///< of the second season
  Scalar rho{0.0};    ///< AR(1) of the residuals: ŷ += ρ·e(t−1)
};

/// Where the recursion starts. Seasons begin with the phase of the first value; empty where there is none.
template <typename Scalar>
struct SmoothingStart {
  Scalar level{0.0};
  Scalar trend{0.0};
  std::vector<double> season{};
  std::vector<double> second{};
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
        season_(start.season.begin(), start.season.end()),
        second_(start.second.begin(), start.second.end()) {
    if (form.trend == Trend::none) trend_ = Scalar(0.0);
  }

  /// The next step's value as seen from the newest, ŷ(t+1 | t).
  [[nodiscard]] Scalar expected() const { return form_.adjusted ? smooth() + smoothing_.rho * echo_ : smooth(); }

  /// One step on, whose residual y − expected() was `error`; nothing observed: gap().
  void correct(const Scalar& error) {
    const Scalar before = level_ + damped_trend();
    // The residual of the states alone, by which Taylor moves them.
    const Scalar shock = form_.adjusted ? error + smoothing_.rho * echo_ : error;
    if (form_.adjusted) echo_ = shock;
    Scalar gain = shock;
    if (form_.season == Season::additive) {
      season_[next_] += smoothing_.gamma * shock;
      if (!second_.empty()) second_[second_next_] += smoothing_.delta * shock;
    } else if (form_.season == Season::multiplicative) {
      gain = shock / factor();
      const Scalar share = shock / before;
      const Scalar first = season_[next_];
      season_[next_] += smoothing_.gamma * (second_.empty() ? share : share / second_[second_next_]);
      if (!second_.empty()) second_[second_next_] += smoothing_.delta * share / first;
    }
    move(before, gain);
  }

  void gap() {
    if (form_.adjusted) echo_ = smoothing_.rho * echo_;
    move(level_ + damped_trend(), Scalar(0.0));
  }

  /// `steps` ≥ 1 ahead. O(1), or O(steps) with a damped trend or a residual's echo.
  [[nodiscard]] Scalar forecast(int steps) const {
    Scalar ahead = level_;
    if (form_.trend == Trend::additive) ahead += trend_ * Scalar(static_cast<double>(steps));
    if (form_.trend == Trend::damped) {
      Scalar term = trend_;
      for (int i = 0; i < steps; ++i) ahead += (term = term * smoothing_.phi);
    }
    if (form_.season != Season::none) ahead = seasoned(ahead, at(season_, next_, steps), second_factor(steps));
    if (form_.adjusted) {
      Scalar echo = echo_;
      for (int i = 0; i < steps; ++i) echo = echo * smoothing_.rho;
      ahead += echo;
    }
    return ahead;
  }

  /// The season's part `steps` ahead: an addend, or a factor.
  [[nodiscard]] Scalar seasonal(int steps) const {
    if (form_.season == Season::none) return Scalar(0.0);
    return at(season_, next_, steps);
  }

  [[nodiscard]] const SmoothingForm& form() const { return form_; }
  [[nodiscard]] const Smoothing<Scalar>& smoothing() const { return smoothing_; }
  [[nodiscard]] const Scalar& level() const { return level_; }
  [[nodiscard]] const Scalar& trend() const { return trend_; }

 private:
  [[nodiscard]] Scalar damped_trend() const { return form_.trend == Trend::damped ? smoothing_.phi * trend_ : trend_; }
  [[nodiscard]] Scalar smooth() const {
    const Scalar base = level_ + damped_trend();
    return form_.season == Season::none ? base : seasoned(base, season_[next_], second_factor(1));
  }
  [[nodiscard]] Scalar factor() const {
    return second_.empty() ? season_[next_] : season_[next_] * second_[second_next_];
  }
  [[nodiscard]] Scalar second_factor(int steps) const {
    if (second_.empty()) return Scalar(form_.season == Season::multiplicative ? 1.0 : 0.0);
    return at(second_, second_next_, steps);
  }
  [[nodiscard]] Scalar seasoned(const Scalar& base, const Scalar& season, const Scalar& second) const {
    if (form_.season == Season::additive) return second_.empty() ? base + season : base + season + second;
    return second_.empty() ? base * season : base * season * second;
  }
  static const Scalar& at(const std::vector<Scalar>& ring, std::size_t next, int steps) {
    return ring[(next + static_cast<std::size_t>(steps - 1)) % ring.size()];
  }
  void move(const Scalar& before, const Scalar& gain) {
    level_ = before + smoothing_.alpha * gain;
    if (form_.trend != Trend::none) trend_ = damped_trend() + smoothing_.beta * gain;
    if (!season_.empty() && ++next_ == season_.size()) next_ = 0;
    if (!second_.empty() && ++second_next_ == second_.size()) second_next_ = 0;
  }

  SmoothingForm form_;
  Smoothing<Scalar> smoothing_;
  Scalar level_{0.0};
  Scalar trend_{0.0};
  Scalar echo_{0.0};  ///< the newest residual of the states alone
  std::vector<Scalar> season_;
  std::vector<Scalar> second_;
  std::size_t next_ = 0;  ///< season index of the step to come
  std::size_t second_next_ = 0;
};

}  // namespace forecasting
