// Holt-Winters in general, online: additive or multiplicative, trend none, plain or damped, and Taylor's (J. Oper. Res.
// Soc. 54, 2003, 799-805) second, longer season with AR(1) adjustment of the residuals, all at fixed smoothing
// (smoothing.h). forecasting/holt_winters.h is the operator's lean additive filter; this one is the library's. Its
// smoothing can be fitted to the loss at the horizon that matters (smoother_fit.h): fitted one step ahead, it chases
// the last minute.
#pragma once

#include <vector>

#include "forecasting/models/fit.h"
#include "forecasting/models/smoothing.h"
#include "forecasting/winsoriser.h"

namespace forecasting {

class SeasonalSmoother {
 public:
  struct Options {
    SmoothingForm form{.trend = Trend::none, .season = Season::additive, .season_steps = 1440};
    Smoothing<double> smoothing{.alpha = 0.1, .gamma = 0.1};
    bool robust = true;  ///< winsorise errors at 5 robust σ; off in oracles
  };

  /// Collects the first season, whose mean becomes the level; one with fewer than half of its steps, or for the
  /// multiplicative form without a positive mean, is collected anew. The second season starts neutral.
  explicit SeasonalSmoother(const Options& options);

  /// From known states: nothing is collected.
  SeasonalSmoother(const Options& options, const SmoothingStart<double>& start);

  /// The next step, NaN for a gap. A lower bound moves states up, never down, and leaves the error's scale alone. In
  /// the multiplicative form, which knows no nought, a value counts for at least a thousandth of the starting level and
  /// an error for −90 % to +900 % of what was expected.
  void update(double value, Sample sample = Sample::exact);

  /// `steps` ≥ 1 ahead; NaN before the first season is complete.
  [[nodiscard]] double forecast(int steps) const;

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] double level() const { return filter_.level(); }

 private:
  void collect(double value);

  Options options_;
  Winsoriser winsoriser_;
  SmoothingFilter<double> filter_;
  std::vector<double> first_;  ///< the season being collected; released when started
  double floor_ = 0;           ///< of values in the multiplicative form
  bool started_ = false;
};

}  // namespace forecasting
