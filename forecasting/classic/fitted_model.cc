// Names to models, and a fit by name. All three give mean and standard deviation; quantiles are the normal
// distribution's, as their authors have it.
#include "forecasting/classic/fitted_model.h"

#include <algorithm>
#include <cmath>

#include "forecasting/classic/arima_order.h"
#include "forecasting/classic/ets.h"
#include "forecasting/classic/theta.h"
#include "forecasting/values/normal_score.h"

namespace forecasting {
namespace {

template <class Model>
FittedForecast said_by(const Model& model, std::string words, int steps) {
  return {std::move(words), model.summary(), model.forecast(steps)};
}

}  // namespace

const std::vector<std::string>& fitted_model_names() {
  static const std::vector<std::string> names{"ETS", "ARIMA", "Theta"};  // in the order of FittedModel
  return names;
}

std::optional<FittedModel> fitted_model_named(const std::string& name) {
  const auto& names = fitted_model_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<FittedModel>(found - names.begin());
}

double FittedForecast::quantile(std::size_t step, double level) const {
  const double deviation = prediction.deviation[step];
  return prediction.mean[step] + (deviation > 0 ? normal_quantile(level) * deviation : 0);
}

FittedForecast fit_and_forecast(FittedModel model, const std::vector<double>& values, int season_steps, int steps) {
  const int season = std::max(1, season_steps);
  switch (model) {
    case FittedModel::Ets: {
      const Ets ets = fit_ets(values, {.season_steps = season});
      return said_by(ets, words(ets.form()), steps);
    }
    case FittedModel::Arima: {
      const Arima arima = fit_auto_arima(values, {.season_steps = season});
      return said_by(arima, words(arima.order()), steps);
    }
    case FittedModel::Theta: break;
  }
  return said_by(fit_theta(values, {.season_steps = season}), "Theta", steps);
}

}  // namespace forecasting
