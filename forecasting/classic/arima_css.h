// ARIMA's conditional sum of squares with exact slopes (Box and Jenkins, ch. 7; the residuals before the first that has
// all its autoregressive lags are nought). The factors are applied one after another, never multiplied out, so a step
// costs p + q + P + Q whatever the season; the slopes are the same filters run on lagged inputs:
//   ∂e/∂φ_i = −Bⁱ Φ(w)/(θΘ),  ∂e/∂θ_j = −Bʲ e/θ,  seasonal factors alike.
// A gap in the data enters filled (the caller's business) and its residual without weight.
#pragma once

#include <vector>

#include "forecasting/classic/arima_form.h"
#include "forecasting/classic/minimise.h"

namespace forecasting {

class ArimaCss {
 public:
  /// `values`: the differenced series, gaps filled; `present`: per value, whether its residual counts.
  ArimaCss(const ArimaOrder& order, std::vector<double> values, std::vector<bool> present);

  /// n · log Σ e², slopes on request; x as in coefficients_at().
  [[nodiscard]] Evaluation evaluate(const Eigen::VectorXd& x, bool slopes) const;

  /// One per value, nought before the first with all its lags.
  [[nodiscard]] std::vector<double> residuals(const ArimaCoefficients& coefficients) const;

  /// Σ e² and their number at these coefficients.
  struct Sum {
    double squares = 0;
    int count = 0;
  };
  [[nodiscard]] Sum sum(const std::vector<double>& residuals) const;

 private:
  ArimaOrder order_;
  std::vector<double> values_;
  std::vector<bool> present_;
  std::size_t from_;  ///< the first residual
};

}  // namespace forecasting
