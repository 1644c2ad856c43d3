// The members of the batch forecast, simple on purpose and unlike each other: they miss different things, and their
// mean beats each member by a tenth on M4's hours. All work on logs, fit once on the whole series, and forecast from
// any number of past origins with the same coefficients, so that errors at these origins weigh the members. Sources:
// autoregression iterated against direct: Marcellino, Stock and Watson, J. Econometrics 135, 2006; a smoothed seasonal
// profile with autoregressive errors: Taylor, Int. J. Forecasting 26, 2010 (his HWT with AR residuals).
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "forecasting/batch/lag_sums.h"
#include "forecasting/batch/lags.h"

namespace forecasting::batch {

/// Forecasts: row h is h + 1 steps ahead of the origin of the column.
using Paths = Eigen::MatrixXd;

/// The input of every member. `values` are finite; an origin is the number of values known at the origin, 1 … size.
struct Task {
  std::span<const double> values;
  Seasons seasons;
  std::span<const int> origins;
  int horizon = 1;
};

/// One autoregression of the values, least squares with one step towards least absolute errors, iterated.
/// `sums`: of the task's values, reach_of(task) or more.
Paths autoregressive_paths(const Task& task, const LagSums& sums);

/// A regression for every step ahead. `sums` as above.
Paths direct_paths(const Task& task, const LagSums& sums);

/// Profiles smoothed exponentially from season to season, and autoregressions of their residues. Over the longest
/// season: on many lags, and on the last value alone, which is Taylor's model. Over the shortest season: on many lags,
/// for a week unlike the last. Two or three members.
std::vector<Paths> profile_paths(const Task& task);

/// The largest distance in LagSums that the members' regressions need.
int reach_of(const Task& task);

}  // namespace forecasting::batch
