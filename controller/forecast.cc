// From flags to a forecast; see forecast.h.
#include "controller/forecast.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "controller/forecast_report.h"
#include "controller/input.h"
#include "forecasting/batch/forecast.h"
#include "forecasting/exam/seasons.h"
#include "forecasting/models/fitted_model.h"

namespace aia {
namespace {

using forecasting::Fan;

/// With the engine of the operator: fed step by step.
void say_online(Said& said, const forecasting::exam::EngineOptions& engine, int horizon) {
  forecasting::Forecaster forecaster(forecasting::exam::forecaster_options(engine));
  forecaster.set_planning_horizon(horizon * said.series.step);
  for (std::size_t i = 0; i < said.series.values.size(); ++i) {
    forecaster.update(said.series.at(i), said.series.values[i]);
    forecasting::exam::refit_when_due(forecaster);
  }
  said.summary = forecaster.summary();
  said.fan = forecaster.fan();
}

/// A fan with a knot at every step, from anything that has quantiles there.
template <class Forecast>
Fan fan_of(const Forecast& forecast, const Said& said, int horizon) {
  Fan fan;
  fan.origin = said.at(0);
  fan.latest = forecast.quantile(0, 0.5);
  fan.levels = said.quantiles;
  fan.values.resize(horizon, static_cast<Eigen::Index>(said.quantiles.size()));
  for (int step = 0; step < horizon; ++step) {
    fan.offsets.push_back((step + 1) * said.series.step);
    for (std::size_t q = 0; q < said.quantiles.size(); ++q) {
      fan.values(step, static_cast<Eigen::Index>(q)) =
          std::max(0.0, forecast.quantile(static_cast<std::size_t>(step), said.quantiles[q]));
    }
  }
  return fan;
}

/// From one look at the whole: what is asked lies further ahead than an autoscaler ever looks. Where that is refused
/// the online fan stays, whose last horizon then speaks for all beyond it.
void say_in_batch(Said& said, const forecasting::exam::EngineOptions& engine, int horizon) {
  const auto batch = forecasting::batch::forecast(said.series.values, {.horizon = horizon, .seasons = engine.seasons});
  if (!batch.ok()) {
    said.summary.why +=
        "; further ahead than " + format_rough(said.fan.offsets.back()) + " nothing more is known: " + batch.error;
    return;
  }
  said.fan = fan_of(batch, said, horizon);
  said.summary.model = "Batch";
  said.summary.why =
      "further ahead than the online engine looks: regressions on the whole history, weighed by their errors at its "
      "end";
  said.summary.eligible = true;
}

/// With a model fitted to the whole series. Errors: Invalid, when it cannot be.
Status say_fitted(Said& said, forecasting::FittedModel model, int season, int horizon) {
  const auto fitted = forecasting::fit_and_forecast(model, said.series.values, season, horizon);
  const auto& mean = fitted.prediction.mean;
  const auto finite = [](double value) { return std::isfinite(value); };
  const bool sound = !mean.empty() && std::all_of(mean.begin(), mean.end(), finite);
  if (!fitted.summary.ok() || !sound) {
    const auto state = fitted.summary.ok() ? "its forecast is not finite" : words(fitted.summary.state);
    return Error{ErrorKind::Invalid, "--model: " + fitted.model + " cannot be fitted: " + std::string(state), {}};
  }
  said.fan = fan_of(fitted, said, horizon);
  said.summary = {};
  said.summary.model = fitted.model;
  said.summary.why = "fitted to " + std::to_string(fitted.summary.observations) +
                     " values; normal quantiles of its own standard deviation, not calibrated on what came";
  return done;
}

}  // namespace

Status forecast(const ForecastOptions& options) {
  Said said;
  said.quantiles = options.quantiles;
  std::sort(said.quantiles.begin(), said.quantiles.end());
  said.quantiles.erase(std::unique(said.quantiles.begin(), said.quantiles.end()), said.quantiles.end());
  if (said.quantiles.size() > ForecastOptions::kMostQuantiles) {
    return Error{
        ErrorKind::Invalid, "--quantiles: at most " + std::to_string(ForecastOptions::kMostQuantiles) + " at once", {}};
  }
  auto series = read_demand(options.demand);
  if (!series) return series.error();
  said.series = std::move(series).value();
  const auto fitted = forecasting::fitted_model_named(options.demand.model);
  auto demand = options.demand;
  if (fitted) demand.model = "auto";
  auto engine = engine_options(demand, said.series, said.series.values.size());
  if (!engine) return engine.error();
  engine->leads.resize(static_cast<std::size_t>(options.horizon));
  std::iota(engine->leads.begin(), engine->leads.end(), 1);
  engine->levels = said.quantiles;
  said.seasons = engine->seasons;
  if (fitted) {
    const int season = forecasting::exam::main_season(engine->seasons, said.series.step);
    if (const auto said_so = say_fitted(said, *fitted, season, options.horizon); !said_so) return said_so;
    return print(forecast_text(said, options));
  }
  say_online(said, *engine, options.horizon);
  if (said.fan.empty()) {
    return Error{ErrorKind::Invalid,
                 input_name(options.demand.input) + ": nothing to forecast from: " + said.summary.why};
  }
  const bool beyond =
      engine->model == forecasting::Model::Auto && said.at(options.horizon) > said.fan.origin + said.fan.offsets.back();
  if (beyond) say_in_batch(said, *engine, options.horizon);
  return print(forecast_text(said, options));
}

}  // namespace aia
