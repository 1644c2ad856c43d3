// Three ways to a fan: the online engine step by step, the batch forecast for steps far ahead, or a classical model
// fitted once. The printed model and reason say which of them answered.
#include "cli/forecast.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "cli/far_ahead.h"
#include "cli/forecast_report.h"
#include "cli/input.h"
#include "forecasting/classic/fitted_model.h"
#include "forecasting/exam/season_choice.h"

namespace aia {
namespace {

using forecasting::Fan;

/// Steps without a value at the end.
int trailing_gap(const std::vector<double>& values) {
  const auto known = std::find_if(values.rbegin(), values.rend(), [](double value) { return !std::isnan(value); });
  return static_cast<int>(known - values.rbegin());
}

/// Forecasts with the operator's engine, fed step by step. Named models have a knot at every requested step, counted
/// from the newest value. After a gap of more than kLongest steps this would cost too much; the last knot then answers
/// for all later steps.
void say_online(Said& said, forecasting::exam::EngineOptions engine, int horizon) {
  const int gap = trailing_gap(said.series.values);
  engine.leads.resize(static_cast<std::size_t>(horizon));
  std::iota(engine.leads.begin(), engine.leads.end(), 1 + std::min(gap, ForecastOptions::kLongest));
  forecasting::Forecaster forecaster(forecasting::exam::forecaster_options(engine));
  forecaster.set_planning_horizon((gap + horizon) * said.series.step);
  for (std::size_t i = 0; i < said.series.values.size(); ++i) {
    forecaster.update(said.series.at(i), said.series.values[i]);
    forecasting::exam::refit_when_due(forecaster);
  }
  said.summary = forecaster.summary();
  said.fan = forecaster.fan();
}

/// A fan with a knot at every step, from any forecast with quantiles at each step.
template <class Forecast>
Fan fan_of(const Forecast& forecast, const Said& said, int horizon) {
  Fan fan;
  fan.origin = said.at(0);
  fan.latest = forecast.quantile(0, 0.5);
  fan.levels = said.quantiles;
  const auto steps = static_cast<std::size_t>(horizon);
  fan.values = forecasting::Matrix(steps, said.quantiles.size());
  for (std::size_t step = 0; step < steps; ++step) {
    fan.offsets.push_back(static_cast<std::int64_t>(step + 1) * said.series.step);
    for (std::size_t q = 0; q < said.quantiles.size(); ++q) {
      fan.values(step, q) = std::max(0.0, forecast.quantile(step, said.quantiles[q]));
    }
  }
  return fan;
}

/// `seasons` and, if positive, `main`: ascending, without repeats.
std::vector<int> united(std::vector<int> seasons, int main) {
  if (main > 0) seasons.push_back(main);
  std::sort(seasons.begin(), seasons.end());
  seasons.erase(std::unique(seasons.begin(), seasons.end()), seasons.end());
  return seasons;
}

/// Describes the model behind the steps far ahead, and which of the detected seasons the model uses.
std::string why_far(const FarAhead& far, const std::vector<int>& seasons, Millis step) {
  std::string text =
      "regressions on the history in steps of " + format_duration(far.look) + ", weighed by their errors at its end, ";
  text += far.seasons.empty() ? "without a season" : "with seasons of " + season_words(far.seasons, step);
  std::vector<int> left;
  std::set_difference(seasons.begin(), seasons.end(), far.seasons.begin(), far.seasons.end(), std::back_inserter(left));
  if (left.empty()) return text;
  return text + " (not " + season_words(left, step) +
         ": of those that the data holds three times the shortest and the longest are used)";
}

/// How many steps the online fan is used for: a sixth of the season. There lies its last knot or, on a grid with few
/// steps a day, the last knot before a wide interval. Beyond this point regressions on the whole series are more
/// accurate.
int followed(int season_steps) {
  constexpr int kMinutes = 1440;  // the engine's day in steps when there is no season
  return std::max(1, (season_steps > 0 ? season_steps : kMinutes) / 6);
}

/// Takes steps beyond the online fan's reach from the batch forecast; such steps lie further ahead than an autoscaler
/// ever looks. While the online fan is not calibrated, all steps come from the batch forecast. Without a batch forecast
/// the last knot answers for all later steps, and the result counts as not calibrated.
void say_far(Said& said, const forecasting::exam::EngineOptions& engine, int horizon) {
  const Millis step = said.series.step;
  const int season = forecasting::exam::main_season(engine.seasons, step);
  const bool learned = engine.model == forecasting::Model::Auto;
  const Millis last = said.fan.offsets.back(), ahead = learned ? std::min<Millis>(last, followed(season) * step) : last;
  const Millis reach = said.fan.origin + ahead - said.at(0);
  if (horizon * step <= reach) return;
  FarAhead far;
  far.error = "the newest value lies too far back";
  if (learned) far = far_ahead(said.series, engine.seasons, horizon, said.quantiles);
  const std::string beyond = "further ahead than " + format_duration(ahead) + " from the newest value: ";
  if (!far.ok()) {
    said.summary.why += "; " + beyond + "nothing more is known: " + far.error;
    said.summary.eligible = false;
    return;
  }
  said.far = far.fan;
  said.near = said.summary.eligible ? static_cast<int>(std::max(reach, Millis(0)) / step) : 0;
  const bool both = said.near > 0;
  said.summary.model = both ? said.summary.model + ", Batch beyond " + format_duration(said.near * step) : "Batch";
  said.summary.why += "; " + std::string(both ? beyond : "at every step: ") + why_far(far, engine.seasons, step);
  said.seasons = united(far.seasons, both ? season : 0);
  said.summary.eligible = true;
}

/// Forecasts with a classical model fitted to the whole series. Errors: Invalid, when the model cannot be fitted.
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
  say_far(said, *engine, options.horizon);
  return print(forecast_text(said, options));
}

}  // namespace aia
