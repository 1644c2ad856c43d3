// Forms, starts, fits and forecast variances of ETS. All forms share the decompositions that their states start from; a
// form without a finite forecast variance is not tried (Hyndman and Khandakar, J. Stat. Softw. 27(3), 2008, section
// 2.5).
#include "forecasting/classic/ets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "forecasting/classic/ets_likelihood.h"
#include "forecasting/series/decomposition.h"
#include "forecasting/series/unit.h"

namespace forecasting {
namespace {

constexpr double kDecreaseMin = 1e-3;   // of −2 log L: far below what moves AICc
constexpr std::size_t kLineSteps = 10;  // observations under the initial level and trend (Hyndman and Khandakar 2008)

int parameter_count(const EtsForm& form) {
  const SmoothingForm& f = form.smoothing;
  const int trend = f.trend == Trend::none ? 0 : f.trend == Trend::additive ? 2 : 3;  // smoothing, state, damping
  return 3 + trend + (f.season == Season::none ? 0 : f.season_steps);                 // γ and m − 1 free states
}

bool needs_positive(const EtsForm& form) {
  return form.error == Error::multiplicative || form.smoothing.season == Season::multiplicative;
}

/// Forms worth a fit. An additive error under a multiplicative season has no finite forecast variance.
std::vector<EtsForm> candidates(int season_steps, bool positive) {
  std::vector<EtsForm> forms;
  for (const Trend trend : {Trend::none, Trend::additive, Trend::damped}) {
    for (const Season season : {Season::none, Season::additive, Season::multiplicative}) {
      if (season != Season::none && season_steps < 2) continue;
      for (const Error error : {Error::additive, Error::multiplicative}) {
        if (error == Error::multiplicative && !positive) continue;
        if (error == Error::additive && season == Season::multiplicative) continue;
        forms.push_back({error, {.trend = trend, .season = season, .season_steps = season_steps}});
      }
    }
  }
  return forms;
}

/// Decompositions are shared by all the candidates.
struct Starts {
  Starts(const std::vector<double>& values, int season_steps, bool positive) {
    at(Season::none) = line_start(values, {});
    if (season_steps < 2) return;
    for (const Season season : {Season::additive, Season::multiplicative}) {
      if (season == Season::multiplicative && !positive) continue;
      Decomposition parts = decompose(values, season_steps, season == Season::multiplicative);
      at(season) = line_start(parts.adjusted, std::move(parts.season));
    }
  }
  SmoothingStart<double>& at(Season season) { return starts[static_cast<std::size_t>(season)]; }

  static SmoothingStart<double> line_start(const std::vector<double>& adjusted, std::vector<double> season) {
    const Line line = line_through(adjusted, kLineSteps);
    return {.level = line.intercept, .trend = line.slope, .season = std::move(season)};
  }
  std::array<SmoothingStart<double>, 3> starts;
};

/// A start whose level is positive, as multiplicative parts need; without a trend, the level is the line's middle.
SmoothingStart<double> adapted(SmoothingStart<double> start, const EtsForm& form, double smallest) {
  if (form.smoothing.trend == Trend::none) {
    start.level += start.trend * 0.5 * static_cast<double>(kLineSteps);
    start.trend = 0;
  }
  if (needs_positive(form)) start.level = std::max(start.level, smallest);
  return start;
}

double smallest_of(const std::vector<double>& values) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const double value : values) smallest = std::isnan(value) ? smallest : std::min(smallest, value);
  return smallest;
}

}  // namespace

std::string words(const EtsForm& form) {
  const auto season = [](Season s) { return s == Season::none ? "N" : s == Season::additive ? "A" : "M"; };
  const auto trend = [](Trend t) { return t == Trend::none ? "N" : t == Trend::additive ? "A" : "Ad"; };
  return std::string("ETS(") + (form.error == Error::additive ? "A" : "M") + "," + trend(form.smoothing.trend) + "," +
         season(form.smoothing.season) + ")";
}

void Ets::update(double value, Sample sample) {
  if (!summary_.ok()) return;
  const double residual = value / unit_ - filter_.expected();
  const bool unknown = !std::isfinite(residual) || (sample == Sample::at_least && residual < 0);
  if (unknown) {
    filter_.gap();
  } else {
    filter_.correct(residual);
  }
}

Prediction Ets::forecast(int steps) const {
  if (!summary_.ok()) return {};
  const auto horizon = static_cast<std::size_t>(steps);
  const Smoothing<double>& s = filter_.smoothing();
  const SmoothingForm& f = form_.smoothing;
  Prediction prediction;
  std::vector<double> level(horizon), factor(horizon, 1), damping(horizon);  // damping[j]: φ + … + φ^j, 0 at j = 0
  double sum = 0, power = 1;
  for (std::size_t h = 0; h < horizon; ++h) {
    damping[h] = f.trend == Trend::none ? 0 : sum;
    sum += power *= f.trend == Trend::damped ? s.phi : 1;
    level[h] = filter_.level() + (f.trend == Trend::none ? 0 : sum * filter_.trend());
    const double season = filter_.seasonal(static_cast<int>(h) + 1);
    if (f.season == Season::multiplicative) factor[h] = season;
    prediction.mean.push_back(f.season == Season::additive ? level[h] + season : level[h] * factor[h]);
  }
  // second[h]: E ŷ², to which every shock on the way adds its effect's square.
  std::vector<double> second(horizon);
  const bool relative = form_.error == Error::multiplicative;
  const double sigma = relative ? summary_.sigma : summary_.sigma / unit_, variance = sigma * sigma;
  const auto m = static_cast<std::size_t>(f.season == Season::none ? horizon + 1 : f.season_steps);
  for (std::size_t h = 0; h < horizon; ++h) {
    double spread = 0;
    for (std::size_t j = 0; j < h; ++j) {
      double effect = (s.alpha + s.beta * damping[h - j]) * factor[h] / factor[j];
      if ((h - j) % m == 0) effect += s.gamma * (f.season == Season::multiplicative ? level[h] / level[j] : 1);
      spread += effect * effect * (relative ? second[j] : 1);
    }
    const double square = prediction.mean[h] * prediction.mean[h];
    second[h] = square + variance * spread;
    const double v = relative ? (1 + variance) * second[h] - square : variance * (1 + spread);
    prediction.deviation.push_back(std::sqrt(std::max(0.0, v)));
  }
  for (double& mean : prediction.mean) mean *= unit_;
  for (double& deviation : prediction.deviation) deviation *= unit_;
  return prediction;
}

Ets Ets::filter(const std::vector<double>& values, const EtsForm& form, const Smoothing<double>& smoothing,
                const SmoothingStart<double>& start) {
  Ets ets;
  ets.form_ = form;
  ets.filter_ = SmoothingFilter<double>(form.smoothing, smoothing, start);
  const EtsRun ran = run(values, form.error, ets.filter_);
  ets.summary_.observations = ran.observations;
  if (ran.observations == 0) return ets;
  ets.summary_.state = ran.feasible ? FitState::fitted : FitState::out_of_domain;
  ets.summary_.sigma = std::sqrt(ran.sum_of_squares / ran.observations);
  ets.summary_.log_likelihood = ran.log_likelihood();
  return ets;
}

Ets Ets::fit(const ScaledSeries& series, const EtsForm& form, const SmoothingStart<double>& start, int iterations_max) {
  const EtsProblem problem(series.values, form, start);
  const Minimum minimum =
      minimise([&](const auto& at, bool slopes) { return problem.evaluate(at, slopes); }, problem.first_guess(),
               {.iterations_max = iterations_max, .decrease_min = kDecreaseMin});
  Ets fitted;
  fitted.form_ = form;
  fitted.unit_ = series.unit;
  fitted.summary_.state = FitState::out_of_domain;
  if (!std::isfinite(minimum.value)) return fitted;
  fitted.filter_ = problem.filter<double>(minimum.at);
  const EtsRun ran = run(series.values, form.error, fitted.filter_);
  FitSummary& summary = fitted.summary_;
  summary = {.state = FitState::fitted,
             .observations = ran.observations,
             .parameters = parameter_count(form),
             .iterations = minimum.iterations,
             .sigma = std::sqrt(ran.sum_of_squares / ran.observations)};
  if (form.error == Error::additive) summary.sigma *= series.unit;
  summary.log_likelihood = ran.log_likelihood() - ran.observations * std::log(series.unit);
  summary.aicc = aicc(summary.log_likelihood, summary.parameters, ran.observations);
  return fitted;
}

Ets fit_ets(const std::vector<double>& values, const EtsOptions& options) {
  const ScaledSeries series = scaled(values);
  Ets best;
  best.summary_.observations = series.observations;
  if (series.observations == 0) return best;
  best.unit_ = series.unit;
  if (series.constant) {
    const auto level =
        *std::find_if(series.values.begin(), series.values.end(), [](double v) { return !std::isnan(v); });
    best.summary_.state = FitState::constant;
    best.summary_.sigma = 0;
    best.filter_ = SmoothingFilter<double>({}, {}, {.level = level});
    return best;
  }
  const int season_steps = series.observations >= 2 * options.season_steps ? options.season_steps : 1;
  const double smallest = smallest_of(series.values);
  Starts starts(series.values, season_steps, smallest > 0);
  best.summary_.state = FitState::too_short;
  const auto forms = options.form ? std::vector<EtsForm>{*options.form} : candidates(season_steps, smallest > 0);
  for (const EtsForm& form : forms) {
    const bool seasonal = form.smoothing.season != Season::none;
    if (series.observations < parameter_count(form) + 2) continue;
    if (seasonal && form.smoothing.season_steps != season_steps) continue;
    if (best.summary_.state == FitState::too_short) best.summary_.state = FitState::out_of_domain;
    if (needs_positive(form) && !(smallest > 0)) continue;
    Ets fitted =
        Ets::fit(series, form, adapted(starts.at(form.smoothing.season), form, smallest), options.iterations_max);
    const bool better = best.summary_.state != FitState::fitted || fitted.summary_.aicc < best.summary_.aicc;
    if (fitted.summary_.state == FitState::fitted && better) best = std::move(fitted);
  }
  return best;
}

}  // namespace forecasting
