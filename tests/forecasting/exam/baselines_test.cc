// The denominators of every ratio, against their definition written out plainly.
#include "forecasting/exam/baselines.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "forecasting/exam/missing.h"
#include "forecasting/exam/rolling_quantiles.h"
#include "tests/forecasting/noise.h"

using namespace forecasting::exam;

namespace {

/// Rank τ(n+1) − 1, linear.
double plain_quantile(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  const double rank =
      std::clamp(level * static_cast<double>(values.size() + 1) - 1, 0.0, static_cast<double>(values.size() - 1));
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

/// A daily wave of 48 steps with noise and a gap.
std::vector<double> wave(std::size_t steps) {
  forecasting::testing::Noise noise(7);
  std::vector<double> values;
  for (std::size_t t = 0; t < steps; ++t) {
    const double level = 100 + 60 * std::sin(2 * M_PI * static_cast<double>(t % 48) / 48);
    values.push_back(t >= 200 && t < 210 ? kMissing : std::max(0.0, level * (1 + 0.1 * noise.normal())));
  }
  return values;
}

double at(const Baseline& baseline, std::size_t step, std::size_t level) {
  return baseline.quantiles(static_cast<Eigen::Index>(step), static_cast<Eigen::Index>(level));
}

}  // namespace

TEST_CASE("Rolling quantiles are those of the newest values") {
  forecasting::testing::Noise noise(3);
  RollingQuantiles rolling(37);
  CHECK(std::isnan(rolling.quantile(0.5)));
  std::vector<double> all;
  for (int i = 0; i < 500; ++i) {
    all.push_back(std::round(4 * noise.normal()));  // with many ties
    rolling.add(all.back());
    const std::vector<double> window(all.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(all.size(), 37)),
                                     all.end());
    for (const double level : {0.01, 0.5, 0.9, 0.95, 0.99})
      REQUIRE(rolling.quantile(level) == plain_quantile(window, level));
  }
}

TEST_CASE("The calibrated last value is its definition") {
  const auto values = wave(600);
  const BaselineOptions options{.lead = 3, .season_steps = 48, .window = 144, .chosen_on = 300};
  const auto baseline = last_value_baseline(values, options);
  std::vector<double> newest = values;
  for (std::size_t t = 1; t < newest.size(); ++t) newest[t] = std::isnan(values[t]) ? newest[t - 1] : values[t];
  for (std::size_t target = 300; target < 600; ++target) {
    const std::size_t origin = target - 3;
    std::vector<double> residuals;  // of targets up to the origin, none later
    for (std::size_t t = origin; t >= 3 && residuals.size() < 144; --t) {
      if (std::isnan(values[t])) continue;
      residuals.push_back(baseline.form == Form::Additive ? values[t] - newest[t - 3] : values[t] / newest[t - 3]);
    }
    for (std::size_t q = 0; q < kLevels.size(); ++q) {
      const double moved = plain_quantile(residuals, kLevels[q]);
      const double expected = baseline.form == Form::Additive ? newest[origin] + moved : newest[origin] * moved;
      REQUIRE(at(baseline, target, q) == Approx(std::max(0.0, expected)).epsilon(1e-12));
    }
  }
}

TEST_CASE("No quantile before fifty residuals, what comes later changes nothing before") {
  auto values = wave(600);
  const BaselineOptions options{.lead = 5, .season_steps = 48, .window = 144, .chosen_on = 300};
  for (auto* make : {last_value_baseline, ewma_baseline, seasonal_naive_baseline}) {
    const auto baseline = make(values, options);
    const std::size_t first = make == seasonal_naive_baseline ? 48 + 49 + 5 : 5 + 49 + 5;
    CHECK(std::isnan(at(baseline, first - 1, kMedian)));
    CHECK_FALSE(std::isnan(at(baseline, first, kMedian)));
    auto other = values;
    for (std::size_t t = 400; t < 600; ++t) other[t] = 1e6;
    const auto again = make(other, options);
    for (std::size_t t = first; t < 405; ++t) REQUIRE(at(again, t, kP95) == at(baseline, t, kP95));
  }
}

TEST_CASE("The seasonal naive is exact on a pure season, and quantiles cover what they say") {
  std::vector<double> season;
  for (std::size_t t = 0; t < 480; ++t) season.push_back(static_cast<double>(t % 48));
  const BaselineOptions options{.lead = 60, .season_steps = 48, .window = 144, .chosen_on = 240};
  const auto exact = seasonal_naive_baseline(season, options);
  for (std::size_t t = 250; t < 480; ++t) REQUIRE(at(exact, t, kP99) == season[t]);
  const auto values = wave(4800);
  BaselineOptions longer = options;
  longer.chosen_on = 2400;
  for (auto* make : {last_value_baseline, ewma_baseline, seasonal_naive_baseline}) {
    const auto baseline = make(values, longer);
    int covered = 0;
    for (std::size_t t = 2400; t < 4800; ++t) covered += values[t] <= at(baseline, t, kP90);
    CHECK(covered / 2400.0 == Approx(0.9).margin(0.02));
  }
}

TEST_CASE("The form follows the data") {
  std::vector<double> grows{1};
  forecasting::testing::Noise noise(5);
  for (int t = 1; t < 2000; ++t) grows.push_back(std::exp(4 * std::sin(t / 40.0)) * (1 + 0.3 * noise.uniform()));
  const BaselineOptions options{.lead = 1, .season_steps = 48, .window = 144, .chosen_on = 1000};
  CHECK(last_value_baseline(grows, options).form == Form::Multiplicative);
  std::vector<double> shifts;
  for (int t = 0; t < 2000; ++t) shifts.push_back(100 * (1 + std::sin(t / 40.0)) + 10 * noise.uniform());
  CHECK(last_value_baseline(shifts, options).form == Form::Additive);
  CHECK(ewma_baseline(std::vector<double>(300, 7.0), {.lead = 2, .chosen_on = 150}).half_life_steps == 0.5);
}
