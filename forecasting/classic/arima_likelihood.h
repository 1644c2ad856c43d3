// ARMA's exact likelihood by the Kalman filter in Harvey's form, gaps skipped (Gardner, Harvey and Phillips, AS 154,
// Appl. Stat. 29, 1980), for short seasons: the state has max(p + Pm, q + Qm + 1) entries. Three things keep it quick:
// the start's covariance from the autocovariances (its first row) and its own recursion (the rest), not from a Lyapunov
// solver; an observed step that is a shift and a rank-one update; and the steady state: once the forecast variance has
// been σ² for a whole state length, the sparse filter of arima_filter.h takes over until the next gap.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "forecasting/classic/arima_form.h"
#include "forecasting/classic/minimise.h"

namespace forecasting {

struct ArimaLikelihood {
  std::vector<double> innovations;  ///< one-step errors over their relative deviation √F; 0 at a gap
  double sum_of_squares = 0;
  double sum_of_logs = 0;  ///< Σ log F
  int observations = 0;
  int steady_after = 0;  ///< steps until the switch; all of them if never
  std::vector<double> forecasts{};

  /// n log S + Σ log F: −2 log L up to a constant, σ² put in.
  [[nodiscard]] double objective() const;
  [[nodiscard]] double log_likelihood() const;
};

/// `values`: the differenced series, NaN = gap. `horizon`: how many forecasts of it to leave.
ArimaLikelihood arima_likelihood(const ArimaOrder& order, const ArimaCoefficients& coefficients,
                                 const std::vector<double>& values, int horizon);

/// objective() at x for the optimiser; slopes by central differences of the innovations, since x is short here and the
/// filter's covariance has no cheap ones.
Evaluation evaluate_likelihood(const ArimaOrder& order, const Eigen::VectorXd& x, const std::vector<double>& values,
                               bool slopes);

}  // namespace forecasting
