// The level-corrected seasonal profile: ŷ(t+h) = b(t+h) + ρ_h · (y(t) − b(t)), where b blends yesterday and last week,
// b = λ·y(−day) + (1 − λ)·y(−week), or is yesterday alone when there is no second season. λ and ρ_h are regressions on
// what happened since, exponentially forgotten (the AR(1) correction of seasonal differences, Box and Jenkins). Where
// one of the two is missing the other serves alone, and where both are, the level.
#pragma once

#include <vector>

#include "forecasting/history.h"
#include "forecasting/models/ewma.h"
#include "forecasting/models/fit.h"
#include "forecasting/winsoriser.h"

namespace forecasting {

class SeasonalProfile {
 public:
  struct Options {
    int season_steps = 1440;    ///< the day
    int second_steps = 0;       ///< the week; 0: none
    std::vector<int> knots{1};  ///< horizons in steps, ascending, ≥ 1
  };

  explicit SeasonalProfile(const Options& options);

  /// The next step, NaN for a gap. What is remembered is within 5 robust σ of what was expected, unless a shift lasts.
  /// A lower bound is remembered when above what was expected, else as what was expected, and teaches nothing.
  void update(double value, Sample sample = Sample::exact);

  /// knots[knot] steps ahead; NaN before the first value.
  [[nodiscard]] double forecast(std::size_t knot) const;

  [[nodiscard]] double blend() const { return blend_; }      ///< λ
  [[nodiscard]] double persistence(std::size_t knot) const;  ///< ρ

 private:
  struct Regression {
    double cross = 0;
    double square = 0;
  };

  [[nodiscard]] double base(int steps) const;
  void learn(double value, double expected);

  Options options_;
  double forgetting_;
  History values_;  ///< cleaned; NaN: gap
  History gaps_;    ///< value − base
  Ewma level_;
  Winsoriser spikes_;
  Regression blending_;
  double blend_ = 0.5;
  double gap_ = 0;                       ///< the newest known value − base
  std::vector<Regression> persistence_;  ///< one per knot
};

}  // namespace forecasting
