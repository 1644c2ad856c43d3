// The models fitted to a whole series at once, by the names used in flags: ETS and ARIMA
// with orders chosen by AICc, and theta. They forecast a mean and a standard deviation per step; quantiles are those of
// a normal distribution, as in their authors' papers. Meant for a single forecast, not for a loop: the operator's
// engine (forecaster.h) learns its quantiles and goes on learning.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forecasting/classic/fit.h"

namespace forecasting {

enum class FittedModel { Ets, Arima, Theta };

const std::vector<std::string>& fitted_model_names();  ///< "ETS", "ARIMA", "Theta"
std::optional<FittedModel> fitted_model_named(const std::string& name);

struct FittedForecast {
  std::string model;  ///< with the chosen form: "ARIMA(1,0,1)(0,1,1)[24]"
  FitSummary summary;
  Prediction prediction;  ///< empty when the fit was refused; see summary.state

  /// Of the value `step` + 1 steps ahead, 0 ≤ step < prediction.mean.size(), at level 0 < `level` < 1.
  [[nodiscard]] double quantile(std::size_t step, double level) const;
};

/// `values`: equidistant, oldest first, NaN where missing; `season_steps` ≤ 1: none; `steps` ≥ 1 ahead. Never throws.
FittedForecast fit_and_forecast(FittedModel model, const std::vector<double>& values, int season_steps, int steps);

}  // namespace forecasting
