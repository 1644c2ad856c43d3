// ARIMA(p,d,q)(P,D,Q)m (Box and Jenkins): fitted by conditional sum of squares with exact gradients at any season, and
// from there by exact likelihood where the season is short. Stationarity and invertibility hold by parametrisation.
// Differences are taken, so the likelihood is that of the differenced series (as statsmodels' simple_differencing).
#pragma once

#include <optional>
#include <vector>

#include "forecasting/classic/arima_filter.h"
#include "forecasting/classic/arima_form.h"
#include "forecasting/classic/fit.h"

namespace forecasting {

enum class ArimaMethod { css, likelihood };

struct ArimaOptions {
  ArimaOrder order;
  std::optional<ArimaMethod> method{};  ///< unset: likelihood for seasons ≤ 24 and up to 2,000 values, else CSS
  int iterations_max = 40;
};

/// A fitted model: coefficients, final state, likelihood.
class Arima {
 public:
  Arima() = default;

  /// The next value, NaN for a gap; a lower bound moves the state up, never down.
  void update(double value, Sample sample = Sample::exact);

  /// Steps 1 … `steps` ahead; the variance is σ² Σ ψ² with the coefficients taken as known.
  [[nodiscard]] Prediction forecast(int steps) const;

  [[nodiscard]] const FitSummary& summary() const { return summary_; }
  [[nodiscard]] const ArimaOrder& order() const { return order_; }
  /// The mean in units of the (differenced) data.
  [[nodiscard]] const ArimaCoefficients& coefficients() const { return coefficients_; }

  /// Runs a model with given coefficients over `values` (NaN: gap), without optimisation.
  static Arima filter(const std::vector<double>& values, const ArimaOrder& order, const ArimaCoefficients& coefficients,
                      ArimaMethod method);

 private:
  friend Arima fit_arima(const std::vector<double>& values, const ArimaOptions& options);

  ArimaOrder order_;
  ArimaCoefficients coefficients_;
  FitSummary summary_;
  double unit_ = 1;
  ArimaFilter filter_;  ///< in units of `unit_`
};

/// Never throws; see summary().state. A gap of the input enters CSS as last season's value, without weight.
Arima fit_arima(const std::vector<double>& values, const ArimaOptions& options);

}  // namespace forecasting
