// An autoregression on chosen lags: a small ridge keeps it solvable, and one reweighted step takes it from least
// squares towards least absolute errors (Schlossmacher, J. American Statistical Association 68, 1973), because the
// forecast is judged by absolute errors and outliers would else bend it.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "forecasting/batch/lag_sums.h"

namespace forecasting::batch {

struct Autoregression {
  std::vector<int> lags;  ///< ascending, ≥ 1
  Eigen::VectorXd coefficients;

  /// The values after `past`, each from those before it; before the first value lies 0, the mean.
  void iterate(std::span<const double> past, Eigen::Ref<Eigen::VectorXd> ahead) const;
};

/// Least squares; `sums`: of a series of mean about 0, reaching the largest lag, which is less than the size.
Autoregression fit_autoregression(const LagSums& sums, std::vector<int> lags);

/// One step towards least absolute errors on the same `values`.
Autoregression robust_step(const Autoregression& fit, std::span<const double> values);

}  // namespace forecasting::batch
