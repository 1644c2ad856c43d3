// The members of the batch forecast, simple on purpose and unlike each other: what one misses another sees, and their
// mean beats each by a tenth on M4's hours. All work on logs, fit once on the whole series, and forecast from any
// number of past origins with what they have learned, so that their errors there may weigh them. Sources:
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

/// What every member forecasts: `values` are finite; an origin is the number of values known at it, 1 … size.
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

/// Profiles smoothed exponentially from season to season, and autoregressions of what they leave: over the longest
/// season on many lags and on the last value alone, which is Taylor's; over the shortest on many lags, for the week
/// that is not like the last. Two or three members.
std::vector<Paths> profile_paths(const Task& task);

/// That the members' regressions need of LagSums.
int reach_of(const Task& task);

}  // namespace forecasting::batch
