#include "forecasting/models/seasonal_smoother.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "forecasting/holt_winters.h"
#include "forecasting/models/smoother_fit.h"
#include "hell.h"
#include "noise.h"
#include "oracles/cases.h"
#include "tests/forecasting/gap.h"

namespace forecasting {
namespace {

std::vector<double> wave(int length, int season, double persistence, std::uint64_t seed) {
  testing::Noise noise(seed);
  std::vector<double> y;
  double wander = 0;
  for (int t = 0; t < length; ++t) {
    wander = persistence * wander + 3 * noise.normal();
    y.push_back(200 + 60 * std::sin(2 * M_PI * t / season) + wander);
  }
  return y;
}

TEST_CASE("the additive smoother is the operator's Holt-Winters") {
  SeasonalSmoother general({.form = {.trend = Trend::additive, .season = Season::additive, .season_steps = 24},
                            .smoothing = {.alpha = 0.3, .beta = 0.01, .gamma = 0.2}});
  HoltWinters lean({.season_steps = 24, .alpha = 0.3, .beta = 0.01, .gamma = 0.2});
  std::vector<double> y = wave(400, 24, 0.5, 3);
  y[100] = kGap;
  y[200] += 1000;
  for (const double value : y) {
    general.update(value);
    lean.update(value);
  }
  for (const int steps : {1, 5, 24, 30}) CHECK(general.forecast(steps) == Approx(lean.forecast(steps)).epsilon(1e-12));
}

TEST_CASE("two seasons and the residual's echo, by hand") {
  // Seasons 2 and 4, additive. Level 10, s = (1, −1), w = (2, 0, −2, 0); α = .5, γ = .2, δ = .1, ρ = .5.
  const SmoothingForm form{.season = Season::additive, .season_steps = 2, .second_steps = 4, .adjusted = true};
  SeasonalSmoother model(
      {.form = form, .smoothing = {.alpha = 0.5, .gamma = 0.2, .delta = 0.1, .rho = 0.5}, .robust = false},
      {.level = 10, .season = {1, -1}, .second = {2, 0, -2, 0}});
  CHECK(model.forecast(1) == Approx(13));
  CHECK(model.forecast(3) == Approx(9));
  model.update(15);  // e = 2: l = 11, s₀ = 1.4, w₀ = 2.2, echo 2
  CHECK(model.forecast(1) == Approx(11 - 1 + 0 + 1));
  CHECK(model.forecast(2) == Approx(11 + 1.4 - 2 + 0.5));
  CHECK(model.forecast(4) == Approx(11 + 1.4 + 2.2 + 0.125));
  model.update(kGap);  // the echo fades to 1
  CHECK(model.forecast(1) == Approx(11 + 1.4 - 2 + 0.5));
}

TEST_CASE("two multiplicative seasons, by hand") {
  const SmoothingForm form{.season = Season::multiplicative, .season_steps = 2, .second_steps = 4};
  SeasonalSmoother model({.form = form, .smoothing = {.alpha = 0.5, .gamma = 0.2, .delta = 0.1}, .robust = false},
                         {.level = 10, .season = {1.2, 0.8}, .second = {1.5, 1, 0.5, 1}});
  CHECK(model.forecast(1) == Approx(18));
  CHECK(model.forecast(3) == Approx(6));
  model.update(27);  // e = 9: l = 10 + .5·9/1.8 = 12.5, s₀ = 1.2 + .2·9/15 = 1.32, w₀ = 1.5 + .1·9/12 = 1.575
  CHECK(model.forecast(1) == Approx(12.5 * 0.8));
  CHECK(model.forecast(4) == Approx(12.5 * 1.32 * 1.575));
}

TEST_CASE("slopes of the loss at the horizon are its finite differences") {
  const std::vector<double> y = testing::oracle_series(120, true);
  for (const Season season : {Season::additive, Season::multiplicative}) {
    for (const int horizon : {1, 5}) {
      SmootherFitOptions options;
      options.form = {
          .trend = Trend::damped, .season = season, .season_steps = 6, .second_steps = 12, .adjusted = true};
      options.horizon = horizon;
      const double neutral = season == Season::additive ? 0 : 1;
      const SmoothingStart<double> start{.level = 105,
                                         .trend = 0.2,
                                         .season = std::vector<double>(6, neutral),
                                         .second = std::vector<double>(12, neutral)};
      Eigen::VectorXd x(6);
      x << -0.5, -1, 0.3, 0.5, -0.2, 0.4;
      const Evaluation here = smoother_loss(y, options, start, x, true);
      CHECK(here.value == Approx(smoother_loss(y, options, start, x, false).value).epsilon(1e-12));
      for (Eigen::Index i = 0; i < x.size(); ++i) {
        Eigen::VectorXd up = x, down = x;
        up(i) += 1e-5;
        down(i) -= 1e-5;
        const double slope =
            (smoother_loss(y, options, start, up, false).value - smoother_loss(y, options, start, down, false).value) /
            2e-5;
        CHECK(here.gradient(i) == Approx(slope).epsilon(1e-5).margin(1e-5));
      }
    }
  }
}

TEST_CASE("smoothing is fitted to its horizon") {
  // A level that forgets half of itself each step: worth following one step ahead, worthless at twelve.
  const std::vector<double> y = wave(24 * 40, 24, 0.8, 5);
  SmootherFitOptions options;
  options.form = {.season = Season::additive, .season_steps = 24};
  const SmootherFit near = fit_smoother(y, options);
  options.horizon = 12;
  const SmootherFit far = fit_smoother(y, options);
  REQUIRE(near.summary.ok());
  REQUIRE(far.summary.ok());
  CHECK(near.smoothing.alpha > 0.5);
  CHECK(far.smoothing.alpha < 0.2);
  options.horizon = 1;
  options.form.adjusted = true;
  const SmootherFit taylor = fit_smoother(y, options);
  CHECK(taylor.summary.sigma < near.summary.sigma);
  CHECK(taylor.smoothing.rho == Approx(0.8).margin(0.1));
  // In units of the data, power of two for power of two.
  std::vector<double> scaled = y;
  for (double& value : scaled) value *= 1024;
  const SmootherFit same = fit_smoother(scaled, options);
  CHECK(same.smoothing.alpha == taylor.smoothing.alpha);
  CHECK(same.start.level == 1024 * taylor.start.level);
}

TEST_CASE("week-ends are learned by the second season") {
  testing::Noise noise(1);
  SmoothingForm form{.season = Season::additive, .season_steps = 24};
  const auto error_of = [&](int second) {
    form.second_steps = second;
    SeasonalSmoother model({.form = form, .smoothing = {.alpha = 0.05, .gamma = 0.05, .delta = 0.3}});
    double sum = 0;
    for (int t = 0; t < 24 * 7 * 8; ++t) {
      const bool weekend = t / 24 % 7 >= 5;
      const double value = 100 + (weekend ? 10 : 50) * std::sin(2 * M_PI * t / 24) + noise.normal();
      if (t > 24 * 7 * 4) sum += std::fabs(value - model.forecast(1));
      model.update(value);
    }
    return sum;
  };
  CHECK(error_of(168) < 0.5 * error_of(0));
}

TEST_CASE("a smoother's contract: spikes, shifts, bounds, zeros, hell") {
  const auto made = [](Season season) {
    return SeasonalSmoother(
        {.form = {.season = season, .season_steps = 24}, .smoothing = {.alpha = 0.2, .gamma = 0.1}});
  };
  for (const Season season : {Season::additive, Season::multiplicative}) {
    SeasonalSmoother model = made(season);
    for (const double value : wave(24 * 10, 24, 0, 2)) model.update(value);
    const double before = model.forecast(24);
    SeasonalSmoother spiked = model, bounded = model, shifted = model;
    for (int i = 0; i < 3; ++i) spiked.update(5000);
    CHECK(spiked.level() < before + 100);
    bounded.update(1, Sample::at_least);
    model.update(kGap);
    CHECK(bounded.forecast(1) == model.forecast(1));
    for (int i = 0; i < 24 * 4; ++i) shifted.update(1000 + 60 * std::sin(2 * M_PI * i / 24));
    CHECK(shifted.forecast(1) == Approx(1000).margin(200));
    for (int i = 0; i < 24 * 30; ++i) shifted.update(0);
    CHECK(std::fabs(shifted.forecast(1)) < 30);
    for (int i = 0; i < 24 * 10; ++i) shifted.update(100);
    CHECK(shifted.forecast(1) == Approx(100).margin(30));  // nought was no trap
    for (const auto& [name, values] : testing::series_from_hell()) {
      INFO(name);
      SeasonalSmoother poor = made(season);
      for (const double value : values) poor.update(value);
      if (poor.started()) CHECK(std::isfinite(poor.forecast(3)));
    }
  }
  for (const auto& [name, values] : testing::series_from_hell()) {
    INFO(name);
    const SmootherFit fit = fit_smoother(values, {.form = {.season = Season::additive, .season_steps = 12}});
    if (fit.summary.ok()) CHECK(std::isfinite(fit.smoothing.alpha));
  }
}

}  // namespace
}  // namespace forecasting
