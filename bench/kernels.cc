// Measures the classical models' kernels: a Holt-Winters step with a season of 24 and of 1440 (as a pass of ETS, with
// its exact gradient, and as the operator's online filter), the conditional sum of squares of ARIMA(2,1,2)(1,1,1) at
// both seasons with and without gradient, and whole fits. Compare with the table "Speed" of the project's reference
// figures. Deterministic input: a daily wave, a wandering level.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "forecasting/classic/arima.h"
#include "forecasting/classic/arima_css.h"
#include "forecasting/classic/arima_likelihood.h"
#include "forecasting/classic/arima_order.h"
#include "forecasting/classic/arima_series.h"
#include "forecasting/classic/ets.h"
#include "forecasting/classic/ets_likelihood.h"
#include "forecasting/classic/theta.h"
#include "forecasting/members/holt_winters.h"

namespace forecasting {
namespace {

std::vector<double> wave(int length, int season) {
  std::vector<double> made;
  std::uint64_t state = 1;
  double level = 200;
  for (int i = 0; i < length; ++i) {
    const auto noise = [&] {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return static_cast<double>(state >> 40) / static_cast<double>(1 << 24) - 0.5;
    };
    level += noise();
    made.push_back(level + 60 * std::sin(2 * M_PI * i / season) + 20 * noise());
  }
  return made;
}

/// (length, season): 40 days of hours, 14 of minutes.
void sizes(benchmark::internal::Benchmark* b) {
  b->Args({960, 24})->Args({20160, 1440});
}

EtsForm additive(int season) {
  return {Error::additive, {.trend = Trend::additive, .season = Season::additive, .season_steps = season}};
}

void per_step(benchmark::State& state, std::size_t steps) {
  state.counters["per_step"] = benchmark::Counter(
      static_cast<double>(steps), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void holt_winters_pass(benchmark::State& state) {
  const auto y = wave(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  const EtsForm form = additive(static_cast<int>(state.range(1)));
  SmoothingStart<double> start;
  start.level = 200;
  start.season.resize(static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    SmoothingFilter<double> filter(form.smoothing, {.alpha = 0.2, .beta = 0.01, .gamma = 0.1}, start);
    benchmark::DoNotOptimize(run(y, Error::additive, filter));
  }
  per_step(state, y.size());
}
BENCHMARK(holt_winters_pass)->Apply(sizes);

void holt_winters_gradient(benchmark::State& state) {
  const auto y = wave(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  SmoothingStart<double> start;
  start.level = 200;
  start.season.resize(static_cast<std::size_t>(state.range(1)));
  const EtsProblem problem(y, additive(static_cast<int>(state.range(1))), start);
  const Eigen::VectorXd x = problem.first_guess();
  for (auto _ : state) benchmark::DoNotOptimize(problem.evaluate(x, true));
  per_step(state, y.size());
}
BENCHMARK(holt_winters_gradient)->Apply(sizes);

void holt_winters_update(benchmark::State& state) {
  const int season = static_cast<int>(state.range(0));
  const auto y = wave(14 * season, season);
  HoltWinters model({.season_steps = season, .alpha = 0.1, .beta = 0.002, .gamma = 0.1});
  std::size_t next = 0;
  for (auto _ : state) {
    model.update(y[next]);
    if (++next == y.size()) next = 0;
  }
  benchmark::DoNotOptimize(model.forecast(10));
}
BENCHMARK(holt_winters_update)->Arg(24)->Arg(1440);

void arima_css_pass(benchmark::State& state) {
  const ArimaOrder order{2, 1, 2, 1, 1, 1, static_cast<int>(state.range(1)), false};
  const ArimaSeries series = arima_series(wave(static_cast<int>(state.range(0)), order.season_steps), order);
  const ArimaCss css(order, series.difference, series.present);
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(order.parameters(), 0.2);
  for (auto _ : state) benchmark::DoNotOptimize(css.evaluate(x, false));
}
BENCHMARK(arima_css_pass)->Apply(sizes)->Unit(benchmark::kMicrosecond);

void arima_css_gradient(benchmark::State& state) {
  const ArimaOrder order{2, 1, 2, 1, 1, 1, static_cast<int>(state.range(1)), false};
  const ArimaSeries series = arima_series(wave(static_cast<int>(state.range(0)), order.season_steps), order);
  const ArimaCss css(order, series.difference, series.present);
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(order.parameters(), 0.2);
  for (auto _ : state) benchmark::DoNotOptimize(css.evaluate(x, true));
}
BENCHMARK(arima_css_gradient)->Apply(sizes)->Unit(benchmark::kMicrosecond);

void arima_likelihood_pass(benchmark::State& state) {
  const ArimaOrder order{2, 1, 2, 1, 1, 1, 24, false};
  const ArimaSeries series = arima_series(wave(960, 24), order);
  const auto c = coefficients_at(order, Eigen::VectorXd::Constant(order.parameters(), 0.2));
  for (auto _ : state) benchmark::DoNotOptimize(arima_likelihood(order, c, series.observed, 0));
}
BENCHMARK(arima_likelihood_pass)->Unit(benchmark::kMicrosecond);

void arima_fit(benchmark::State& state) {
  const ArimaOrder order{2, 1, 2, 1, 1, 1, static_cast<int>(state.range(1)), false};
  const auto y = wave(static_cast<int>(state.range(0)), order.season_steps);
  for (auto _ : state) benchmark::DoNotOptimize(fit_arima(y, {.order = order, .method = ArimaMethod::css}));
}
BENCHMARK(arima_fit)->Apply(sizes)->Unit(benchmark::kMicrosecond);

void arima_fit_exact(benchmark::State& state) {
  const ArimaOrder order{2, 1, 2, 1, 1, 1, 24, false};
  const auto y = wave(960, 24);
  for (auto _ : state) benchmark::DoNotOptimize(fit_arima(y, {.order = order, .method = ArimaMethod::likelihood}));
}
BENCHMARK(arima_fit_exact)->Unit(benchmark::kMicrosecond);

void arima_auto(benchmark::State& state) {
  const auto y = wave(960, 24);
  for (auto _ : state) benchmark::DoNotOptimize(fit_auto_arima(y, {.season_steps = 24}));
}
BENCHMARK(arima_auto)->Unit(benchmark::kMicrosecond);

void ets_fit(benchmark::State& state) {
  const auto y = wave(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  const int season = static_cast<int>(state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(fit_ets(y, {.season_steps = season, .form = additive(season)}));
}
BENCHMARK(ets_fit)->Apply(sizes)->Unit(benchmark::kMicrosecond);

void ets_auto(benchmark::State& state) {
  const auto y = wave(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  for (auto _ : state) benchmark::DoNotOptimize(fit_ets(y, {.season_steps = static_cast<int>(state.range(1))}));
}
BENCHMARK(ets_auto)->Apply(sizes)->Unit(benchmark::kMicrosecond);

void theta_fit(benchmark::State& state) {
  const auto y = wave(960, 24);
  for (auto _ : state) benchmark::DoNotOptimize(fit_theta(y, {.season_steps = 24}));
}
BENCHMARK(theta_fit)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace forecasting

BENCHMARK_MAIN();
