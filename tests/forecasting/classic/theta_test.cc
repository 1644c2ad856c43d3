#include "forecasting/classic/theta.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/forecasting/classic/hell.h"
#include "tests/forecasting/noise.h"
#include "tests/forecasting/oracles/theta.h"

namespace forecasting {
namespace {

using testing::agree;

TEST_CASE("theta at fixed parameters is statsforecast's") {
  const std::vector<double> y = testing::oracle_series();
  for (const testing::ThetaCase& oracle : testing::kThetaCases) {
    INFO("theta " << oracle.theta);
    const ThetaParameters parameters{.level = oracle.level, .alpha = oracle.alpha, .theta = oracle.theta};
    CHECK(agree(Theta::filter(y, parameters).forecast(12).mean, oracle.forecast, 1e-8));
  }
}

TEST_CASE("theta by hand") {
  // y = 1, 2, 3: line 0 + t. θ = 2: ω = ½. ℓ₀ = 0, α = ½:
  // e = 1 − 0 − .5 = .5, l = .25; e = 2 − .25 − 1 = .75, l = .625; e = 3 − .625 − 1.5 = .875, l = 1.0625.
  const Theta model = Theta::filter({1, 2, 3}, {.level = 0, .alpha = 0.5, .theta = 2});
  CHECK(model.forecast(2).mean[0] == Approx(1.0625 + 2));
  CHECK(model.forecast(2).mean[1] == Approx(1.0625 + 2.5));
}

TEST_CASE("a theta fit finds its season and beats what is near") {
  const std::vector<double> y = testing::oracle_series();
  const Theta model = fit_theta(y, {.season_steps = 12});
  REQUIRE(model.summary().state == FitState::fitted);
  CHECK(model.season() == Season::multiplicative);
  CHECK(fit_theta(y, {.season_steps = 7}).season() == Season::none);
  const Theta standard = fit_theta(y, {.season_steps = 12, .optimised = false});
  CHECK(standard.parameters().theta == Approx(2));
  CHECK(model.summary().sigma <= standard.summary().sigma * (1 + 1e-9));
  const Prediction ahead = model.forecast(24);
  CHECK(ahead.mean[12] - ahead.mean[0] > 0);  // the trend
  CHECK(ahead.mean[0] - ahead.mean[6] > 15);  // the season: 48 from peak to trough
  CHECK(ahead.deviation[20] > ahead.deviation[8]);
}

TEST_CASE("theta scales, and shifts when nothing is multiplied") {
  const std::vector<double> y = testing::oracle_series(120, true);
  const auto forecast_of = [&](double scale, double shift) {
    std::vector<double> moved;
    for (const double value : y) moved.push_back(scale * value + shift);
    std::vector<double> mean = fit_theta(moved, {.season_steps = 12, .season = Season::additive}).forecast(24).mean;
    for (double& m : mean) m = (m - shift) / scale;
    return mean;
  };
  CHECK(forecast_of(1, 0) == forecast_of(4096, 0));
  CHECK(agree(forecast_of(1, 0), forecast_of(0.001, 0), 1e-4));
  CHECK(agree(forecast_of(1, 0), forecast_of(1, 300), 1e-3));
}

TEST_CASE("theta online: gaps keep the level, lower bounds only raise it") {
  const Theta model = fit_theta(testing::oracle_series(), {.season_steps = 12});
  const Prediction ahead = model.forecast(3);
  Theta gapped = model, bounded = model, raised = model;
  gapped.update(std::numeric_limits<double>::quiet_NaN());
  bounded.update(ahead.mean[0] - 40, Sample::at_least);
  raised.update(ahead.mean[0] + 40, Sample::at_least);
  CHECK(gapped.forecast(1).mean[0] == Approx(ahead.mean[1]));
  CHECK(bounded.forecast(1).mean[0] == gapped.forecast(1).mean[0]);
  CHECK(raised.forecast(1).mean[0] > ahead.mean[1]);
}

TEST_CASE("theta and series from hell") {
  for (const auto& [name, values] : testing::series_from_hell()) {
    for (const int season : {1, 2, 12, 1440}) testing::check_honest(fit_theta(values, {.season_steps = season}), name);
  }
  CHECK(fit_theta({}).summary().state == FitState::no_data);
  CHECK(fit_theta({1, 2, 3}).summary().state == FitState::too_short);
}

}  // namespace
}  // namespace forecasting
