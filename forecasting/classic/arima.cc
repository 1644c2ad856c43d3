// Fitting ARIMA and forecasting with it: CSS finds the coefficients, the exact likelihood refines them where its state
// is short, and the online filter starts from the state that the data leave behind. Differences are undone by the
// filter's own polynomial, so forecasts need no second recursion.
#include "forecasting/classic/arima.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "forecasting/classic/arima_css.h"
#include "forecasting/classic/arima_likelihood.h"
#include "forecasting/classic/arima_series.h"
#include "forecasting/classic/minimise.h"

namespace forecasting {
namespace {

constexpr int kSeasonMax = 24;  // of the exact likelihood by default: its state is that long, or twice
constexpr int kLengthMax = 2000;

/// What a run over the data says at given coefficients: likelihood, σ² and forecasts of the differenced series.
struct Run {
  double log_likelihood = 0;
  double variance = 0;
  int observations = 0;
  std::vector<double> forecasts{};
};

Run css_run(const ArimaSeries& series, const ArimaOrder& order, const ArimaCoefficients& c, int horizon) {
  const ArimaCss css(order, series.difference, series.present);
  const std::vector<double> residuals = css.residuals(c);
  const ArimaCss::Sum sum = css.sum(residuals);
  Run run{.variance = sum.squares / sum.count, .observations = sum.count};
  run.log_likelihood = -0.5 * sum.count * (std::log(2 * M_PI * run.variance) + 1);
  // On with the recursion, residuals nought.
  const Polynomial ar = ar_polynomial(order, c), ma = ma_polynomial(order, c);
  const std::size_t n = residuals.size();
  std::vector<double> w = series.difference;
  for (double& value : w) value -= c.mean;
  for (std::size_t h = 0; h < static_cast<std::size_t>(horizon); ++h) {
    double next = 0;
    for (const Term& term : ar) {
      const auto lag = static_cast<std::size_t>(term.lag);
      if (lag <= n + h) next -= term.coefficient * w[n + h - lag];
    }
    for (const Term& term : ma) {
      const auto lag = static_cast<std::size_t>(term.lag);
      if (lag > h && lag <= n + h) next += term.coefficient * residuals[n + h - lag];
    }
    w.push_back(next);
    run.forecasts.push_back(next + c.mean);
  }
  return run;
}

Run likelihood_run(const ArimaSeries& series, const ArimaOrder& order, const ArimaCoefficients& c, int horizon) {
  ArimaLikelihood exact = arima_likelihood(order, c, series.observed, horizon);
  return {.log_likelihood = exact.log_likelihood(),
          .variance = exact.sum_of_squares / exact.observations,
          .observations = exact.observations,
          .forecasts = std::move(exact.forecasts)};
}

/// Forecasts of the series from those of its differences.
std::vector<double> integrated(const std::vector<double>& values, const std::vector<double>& differences,
                               const Polynomial& differencing) {
  std::vector<double> y(values.end() - degree(differencing), values.end());
  const std::size_t past = y.size();
  for (const double difference : differences) {
    double next = difference;
    for (const Term& term : differencing) next -= term.coefficient * y[y.size() - static_cast<std::size_t>(term.lag)];
    y.push_back(next);
  }
  y.erase(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(past));
  return y;
}

Minimum optimise(const ArimaSeries& series, const ArimaOptions& options, ArimaMethod method) {
  const ArimaOrder& order = options.order;
  Eigen::VectorXd start = Eigen::VectorXd::Zero(order.parameters());
  if (order.constant) {
    double sum = 0;
    for (const double w : series.difference) sum += w;
    start(start.size() - 1) = sum / static_cast<double>(series.difference.size());
  }
  const ArimaCss css(order, series.difference, series.present);
  Minimum minimum = minimise([&](const auto& x, bool slopes) { return css.evaluate(x, slopes); }, start,
                             {.iterations_max = options.iterations_max});
  if (method == ArimaMethod::css || !std::isfinite(minimum.value)) return minimum;
  const int before = minimum.iterations;
  minimum = minimise([&](const auto& x, bool slopes) { return evaluate_likelihood(order, x, series.observed, slopes); },
                     minimum.at, {.iterations_max = options.iterations_max});
  minimum.iterations += before;
  return minimum;
}

}  // namespace

void Arima::update(double value, Sample sample) {
  if (!summary_.ok()) return;
  const double scaled = value / unit_;
  const bool unknown = !std::isfinite(scaled) || (sample == Sample::at_least && scaled < filter_.expected());
  if (unknown) {
    filter_.gap();
  } else {
    filter_.update(scaled);
  }
}

Prediction Arima::forecast(int steps) const {
  if (!summary_.ok()) return {};
  Prediction prediction{.mean = filter_.forecast(steps), .deviation = {}};
  for (double& mean : prediction.mean) mean *= unit_;
  double sum = 1;
  for (const double effect : filter_.shock_effects(steps)) {
    prediction.deviation.push_back(summary_.sigma * std::sqrt(sum));
    sum += effect * effect;
  }
  return prediction;
}

Arima Arima::filter(const std::vector<double>& values, const ArimaOrder& order, const ArimaCoefficients& coefficients,
                    ArimaMethod method) {
  const ArimaSeries series = arima_series(values, order);
  Arima model;
  model.order_ = order;
  model.coefficients_ = coefficients;
  model.unit_ = series.unit;
  model.summary_.observations = series.observations;
  const Polynomial differences = differencing(order.d, order.seasonal_d, order.season_steps);
  const Polynomial ar = ar_polynomial(order, coefficients);
  ArimaCoefficients inner = coefficients;
  inner.mean /= series.unit;
  if (series.observations == 0) return model;
  model.summary_.state = FitState::too_short;
  if (series.observations <= degree(ar) && method == ArimaMethod::css) return model;
  model.filter_ = ArimaFilter(product(differences, ar), ma_polynomial(order, inner), inner.mean * sum(ar));
  const int horizon = static_cast<int>(model.filter_.state_size());
  const Run run = method == ArimaMethod::css ? css_run(series, order, inner, horizon)
                                             : likelihood_run(series, order, inner, horizon);
  model.filter_.start_at(integrated(series.filled, run.forecasts, differences));
  const bool finite = std::isfinite(run.variance) && std::isfinite(model.filter_.expected());
  model.summary_.state = !finite ? FitState::out_of_domain : run.variance > 0 ? FitState::fitted : FitState::constant;
  model.summary_.observations = run.observations;
  model.summary_.sigma = std::sqrt(run.variance) * series.unit;
  if (run.variance > 0) {
    model.summary_.log_likelihood = run.log_likelihood - run.observations * std::log(series.unit);
  }
  return model;
}

Arima fit_arima(const std::vector<double>& values, const ArimaOptions& options) {
  const ArimaOrder& order = options.order;
  const ArimaSeries series = arima_series(values, order);
  Arima refused;
  refused.order_ = order;
  refused.unit_ = series.unit;
  refused.summary_.observations = series.observations;
  if (series.filled.empty()) return refused;
  const int parameters = order.parameters() + 1;
  const int lags = order.p + order.seasonal_p * order.season_steps;
  refused.summary_.state = FitState::too_short;
  if (series.observations < lags + 2 * parameters + 1) return refused;
  const bool is_short = order.season_steps <= kSeasonMax && values.size() <= kLengthMax;
  const ArimaMethod method = options.method.value_or(is_short ? ArimaMethod::likelihood : ArimaMethod::css);
  const Minimum minimum = optimise(series, options, method);
  refused.summary_.state = FitState::out_of_domain;
  if (!std::isfinite(minimum.value)) return refused;
  ArimaCoefficients best = coefficients_at(order, minimum.at);
  best.mean *= series.unit;
  Arima model = Arima::filter(values, order, best, method);
  model.summary_.parameters = parameters;
  model.summary_.iterations = minimum.iterations;
  model.summary_.aicc = aicc(model.summary_.log_likelihood, parameters, model.summary_.observations);
  return model;
}

}  // namespace forecasting
