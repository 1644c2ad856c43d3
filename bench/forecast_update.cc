// What a step of forecasting costs: each model at a season of 1440, the whole forecaster, its fan, and the replay of 14
// days of minutes that a restart has to do. Deterministic input: a daily wave with linear-congruential noise.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "forecasting/forecaster.h"
#include "forecasting/holt_winters.h"
#include "forecasting/holt_winters_bank.h"
#include "forecasting/residual_quantiles.h"
#include "forecasting/seasonal_naive.h"

namespace {

constexpr int kDay = 1440;

const std::vector<double>& minutes() {
  static const std::vector<double> values = [] {
    std::vector<double> made;
    std::uint64_t state = 1;
    for (int i = 0; i < 14 * kDay; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      const double noise = static_cast<double>(state >> 40) / static_cast<double>(1 << 24) - 0.5;
      made.push_back(100 + 60 * std::sin(2 * M_PI * i / kDay) + 20 * noise);
    }
    return made;
  }();
  return values;
}

/// Feeds the trace over and over, one step an iteration, after four days of warm-up.
template <typename Update>
void steps(benchmark::State& state, const Update& update) {
  const auto& values = minutes();
  for (int i = 0; i < 4 * kDay; ++i) update(values[static_cast<std::size_t>(i)]);
  std::size_t next = 4 * kDay;
  for (auto _ : state) {
    update(values[next]);
    if (++next == values.size()) next = 0;
  }
}

void holt_winters(benchmark::State& state) {
  forecasting::HoltWinters model({.season_steps = kDay, .alpha = 0.1, .beta = 0.01, .gamma = 0.1});
  steps(state, [&](double value) { model.update(value); });
  benchmark::DoNotOptimize(model.forecast(30));
}
BENCHMARK(holt_winters);

void holt_winters_bank(benchmark::State& state) {
  forecasting::HoltWintersBank model(kDay, forecasting::Options{}.knots);
  steps(state, [&](double value) { model.update(value); });
}
BENCHMARK(holt_winters_bank);

void seasonal_naive(benchmark::State& state) {
  forecasting::SeasonalNaive model(kDay, forecasting::Options{}.knots);
  steps(state, [&](double value) { model.update(value); });
}
BENCHMARK(seasonal_naive);

void residual_quantiles(benchmark::State& state) {
  forecasting::ResidualQuantiles quantiles(4320, 0.95);
  steps(state, [&](double value) { quantiles.add((value - 100) / 60); });
  benchmark::DoNotOptimize(quantiles.tracked());
}
BENCHMARK(residual_quantiles);

void forecaster(benchmark::State& state) {
  forecasting::Forecaster forecaster({});
  forecasting::TimePoint at{};
  steps(state, [&](double value) { forecaster.update(at += std::chrono::minutes(1), value); });
}
BENCHMARK(forecaster);

void fan(benchmark::State& state) {
  forecasting::Forecaster forecaster({});
  forecasting::TimePoint at{};
  for (const double value : minutes()) forecaster.update(at += std::chrono::minutes(1), value);
  for (auto _ : state) benchmark::DoNotOptimize(forecaster.fan());
}
BENCHMARK(fan);

void replay_14_days(benchmark::State& state) {
  for (auto _ : state) {
    forecasting::Forecaster forecaster({});
    forecasting::TimePoint at{};
    for (const double value : minutes()) forecaster.update(at += std::chrono::minutes(1), value);
    benchmark::DoNotOptimize(forecaster.fan());
  }
}
BENCHMARK(replay_14_days)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
