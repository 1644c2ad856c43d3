// Smoothing for a horizon: the parameters of a SeasonalSmoother that make its squared error `horizon` steps ahead
// smallest over a past, by exact slopes through the same recursion (smoothing.h over dual numbers). States start at the
// classical decomposition's; values beyond five robust deviations of their one-season change enter at that limit, so
// that one incident does not choose the smoothing.
#pragma once

#include <vector>

#include "forecasting/models/minimise.h"
#include "forecasting/models/seasonal_smoother.h"

namespace forecasting {

struct SmootherFitOptions {
  SmoothingForm form{.trend = Trend::none, .season = Season::additive, .season_steps = 24};
  int horizon = 1;  ///< steps ahead of the loss
  int iterations_max = 30;
};

struct SmootherFit {
  FitSummary summary;           ///< sigma: root mean square of the error at the horizon
  Smoothing<double> smoothing;  ///< as fitted, or the defaults when refused
  SmoothingStart<double> start;
};

/// `values`: NaN = gap; at least two seasons (two of the second, if there is one).
SmootherFit fit_smoother(const std::vector<double>& values, const SmootherFitOptions& options);

/// n log Σ e² at the horizon and its slopes at x, for tests: x as the fit optimises it.
Evaluation smoother_loss(const std::vector<double>& values, const SmootherFitOptions& options,
                         const SmoothingStart<double>& start, const Eigen::VectorXd& x, bool slopes);

}  // namespace forecasting
