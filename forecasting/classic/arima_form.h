// What an ARIMA model is made of: orders, coefficients, and the map from the optimiser's unbounded numbers to them.
// Each of the four factors is parametrised by partial autocorrelations tanh(x), which reach exactly the stationary (or
// invertible) region (Barndorff-Nielsen and Schou, J. Multivar. Anal. 3, 1973; Monahan, Biometrika 71, 1984).
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "forecasting/classic/polynomial.h"

namespace forecasting {

/// ARIMA(p,d,q)(P,D,Q) at `season_steps`; `constant`: the differenced series has a mean (a drift if d + D = 1).
struct ArimaOrder {
  int p = 0, d = 0, q = 0;
  int seasonal_p = 0, seasonal_d = 0, seasonal_q = 0;
  int season_steps = 1;
  bool constant = false;

  bool operator==(const ArimaOrder&) const = default;
  [[nodiscard]] int parameters() const { return p + q + seasonal_p + seasonal_q + (constant ? 1 : 0); }
  [[nodiscard]] bool seasonal() const { return seasonal_p + seasonal_d + seasonal_q > 0; }
};

/// "ARIMA(2,1,1)(0,1,1)[24]", with " and drift" or " and mean".
std::string words(const ArimaOrder& order);

/// φ(B) Φ(B^m) (w − mean) = θ(B) Θ(B^m) e, with φ = 1 − Σ ar B^i, θ = 1 + Σ ma B^j; w: the differenced series.
struct ArimaCoefficients {
  std::vector<double> ar, ma, seasonal_ar, seasonal_ma;
  double mean = 0;
};

Polynomial ar_polynomial(const ArimaOrder& order, const ArimaCoefficients& coefficients);
Polynomial ma_polynomial(const ArimaOrder& order, const ArimaCoefficients& coefficients);

/// x → coefficients; x holds order.parameters() numbers: ar, ma, seasonal ar, seasonal ma, mean.
ArimaCoefficients coefficients_at(const ArimaOrder& order, const Eigen::VectorXd& x);

/// d coefficients / d x, block diagonal, in x's order.
Eigen::MatrixXd coefficient_slopes(const ArimaOrder& order, const Eigen::VectorXd& x);

}  // namespace forecasting
