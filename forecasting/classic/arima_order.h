// Orders of an ARIMA model from the data (Hyndman and Khandakar, J. Stat. Softw. 27(3), 2008, section 3): seasonal
// differencing when the season is strong (Wang, Smith and Hyndman 2006; the limit of Hyndman's forecast package), then
// plain differencing until KPSS no longer rejects a level (Kwiatkowski, Phillips, Schmidt and Shin, J. Econometrics 54,
// 1992), then a stepwise search over p, q, P, Q and the constant by AICc. The search fits by CSS, whose slopes are
// exact and cheap; the winner is fitted again by exact likelihood where the season is short.
#pragma once

#include <vector>

#include "forecasting/classic/arima.h"

namespace forecasting {

struct ArimaOrderOptions {
  int season_steps = 1;  ///< 1: none; used when the values hold two seasons
  int order_max = 5;     ///< of p and of q
  int seasonal_max = 2;  ///< of P and of Q; at seasons above 24 at most 1: each costs a season of residuals
  int models_max = 94;   ///< fits in all, as in the paper's implementation
};

/// KPSS' statistic for a constant level, Bartlett's window of 3√n / 13 lags; gaps left out. Above 0.463: not level.
double kpss(const std::vector<double>& values);

/// D ∈ {0, 1}.
int seasonal_differences(const std::vector<double>& values, int season_steps);

/// d ∈ {0, 1, 2} of `values`, seasonal differences already taken.
int plain_differences(const std::vector<double>& values);

/// The best model found, fitted; refused as fit_arima() refuses.
Arima fit_auto_arima(const std::vector<double>& values, const ArimaOrderOptions& options = {});

}  // namespace forecasting
