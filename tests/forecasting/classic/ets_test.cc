#include "forecasting/classic/ets.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "forecasting/classic/ets_likelihood.h"
#include "tests/forecasting/classic/hell.h"
#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"
#include "tests/forecasting/oracles/smoothing.h"

namespace forecasting {
namespace {

using testing::agree;

EtsForm form_of(const std::string& name) {
  for (const Error error : {Error::additive, Error::multiplicative}) {
    for (const Trend trend : {Trend::none, Trend::additive, Trend::damped}) {
      for (const Season season : {Season::none, Season::additive, Season::multiplicative}) {
        const EtsForm form{error, {.trend = trend, .season = season, .season_steps = testing::kOraclePeriod}};
        if (words(form) == name) return form;
      }
    }
  }
  throw std::invalid_argument(name);
}

SmoothingStart<double> oracle_start(const EtsForm& form) {
  SmoothingStart<double> start{.level = 105, .trend = 0.4};
  if (form.smoothing.season == Season::additive) start.season = {12, 10, 8, 1, -5, -9, -14, -11, -4, 1, 4, 7};
  if (form.smoothing.season == Season::multiplicative) {
    start.season = {1.12, 1.10, 1.08, 1.01, 0.95, 0.91, 0.86, 0.89, 0.96, 1.01, 1.04, 1.07};
  }
  return start;
}

Smoothing<double> oracle_smoothing(const EtsForm& form) {
  return {.alpha = 0.3, .beta = 0.05, .gamma = 0.2, .phi = form.smoothing.trend == Trend::damped ? 0.95 : 1.0};
}

std::vector<double> wave(int length, int season, std::uint64_t seed) {
  testing::Noise noise(seed);
  std::vector<double> y;
  double level = 200;
  for (int t = 0; t < length; ++t) {
    level += 1.5 * noise.normal();
    y.push_back(level + 50 * std::sin(2 * M_PI * t / season) + 5 * noise.normal());
  }
  return y;
}

TEST_CASE("ETS at fixed parameters is statsmodels'") {
  for (const testing::EtsCase& oracle : testing::kEtsCases) {
    INFO(oracle.form);
    const EtsForm form = form_of(oracle.form);
    const Ets ets = Ets::filter(testing::oracle_series(), form, oracle_smoothing(form), oracle_start(form));
    CHECK(ets.summary().log_likelihood == Approx(oracle.log_likelihood).epsilon(1e-10));
    const Prediction prediction = ets.forecast(static_cast<int>(oracle.forecast.size()));
    CHECK(agree(prediction.mean, oracle.forecast, 1e-8));
    if (!oracle.deviation.empty()) CHECK(agree(prediction.deviation, oracle.deviation, 1e-8));
  }
}

TEST_CASE("the forecast variance of multiplicative errors is what simulated futures show") {
  for (const char* name : {"ETS(M,N,N)", "ETS(M,A,A)", "ETS(M,Ad,M)", "ETS(A,A,M)"}) {
    INFO(name);
    const EtsForm form = form_of(name);
    const Ets ets = Ets::filter(testing::oracle_series(), form, oracle_smoothing(form), oracle_start(form));
    const double sigma = ets.summary().sigma;
    testing::Noise noise(11);
    constexpr int kPaths = 20000, kSteps = 12;
    double sum = 0, square = 0;
    for (int path = 0; path < kPaths; ++path) {
      Ets future = ets;
      double value = 0;
      for (int h = 0; h < kSteps; ++h) {
        const double expected = future.forecast(1).mean[0];
        value = expected + noise.normal() * sigma * (form.error == Error::multiplicative ? expected : 1);
        future.update(value);
      }
      sum += value;
      square += value * value;
    }
    const double mean = sum / kPaths, deviation = std::sqrt(square / kPaths - mean * mean);
    CHECK(ets.forecast(kSteps).deviation.back() == Approx(deviation).epsilon(0.025));
  }
}

TEST_CASE("slopes of the ETS likelihood are its finite differences") {
  const std::vector<double> y = testing::oracle_series(120, true);
  for (const testing::EtsCase& oracle : testing::kEtsCases) {
    INFO(oracle.form);
    const EtsForm form = form_of(oracle.form);
    const EtsProblem problem(y, form, oracle_start(form));
    Eigen::VectorXd x = problem.first_guess();
    for (Eigen::Index i = 0; i < x.size(); ++i) x(i) += 0.1 * static_cast<double>(i + 1);
    const Evaluation here = problem.evaluate(x, true);
    CHECK(here.value == Approx(problem.evaluate(x, false).value).epsilon(1e-12));
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      constexpr double kStep = 1e-5;
      Eigen::VectorXd up = x, down = x;
      up(i) += kStep;
      down(i) -= kStep;
      const double slope = (problem.evaluate(up, false).value - problem.evaluate(down, false).value) / (2 * kStep);
      CHECK(here.gradient(i) == Approx(slope).epsilon(1e-5).margin(1e-5));
    }
  }
}

TEST_CASE("a fit is no worse than anything near it") {
  const std::vector<double> y = testing::oracle_series();
  const EtsForm form{Error::additive, {.trend = Trend::additive, .season = Season::additive, .season_steps = 12}};
  const Ets ets = fit_ets(y, {.season_steps = 12, .form = form});
  REQUIRE(ets.summary().state == FitState::fitted);
  CHECK(ets.summary().iterations < 40);
  const Ets other = fit_ets(y, {.season_steps = 12, .form = form, .iterations_max = 3});
  CHECK(ets.summary().log_likelihood >= other.summary().log_likelihood);
  // statsmodels, its initial season estimated too, reaches no likelihood that the heuristic season forbids by much.
  CHECK(ets.summary().log_likelihood > -420);
}

TEST_CASE("the form is chosen by the data") {
  testing::Noise noise(2);
  std::vector<double> flat, seasonal, growing;
  double level = 100;
  for (int t = 0; t < 240; ++t) {
    flat.push_back(100 + 5 * noise.normal());
    const double shape = std::sin(2 * M_PI * t / 12);
    seasonal.push_back(100 + 40 * shape + 4 * noise.normal());
    level *= 1.01;
    growing.push_back(level * (1 + 0.4 * shape) * (1 + 0.03 * noise.normal()));
  }
  CHECK(fit_ets(flat, {.season_steps = 12}).form().smoothing.season == Season::none);
  CHECK(fit_ets(seasonal, {.season_steps = 12}).form().smoothing.season == Season::additive);
  const Ets chosen = fit_ets(growing, {.season_steps = 12});
  INFO(words(chosen.form()));
  CHECK(chosen.form().smoothing.season == Season::multiplicative);
  CHECK(chosen.form().error == Error::multiplicative);
  CHECK(chosen.form().smoothing.trend != Trend::none);
}

TEST_CASE("ETS scales and shifts with its data") {
  const std::vector<double> y = wave(300, 24, 4);
  const EtsForm form{Error::additive, {.trend = Trend::damped, .season = Season::additive, .season_steps = 24}};
  const auto forecast_of = [&](double scale, double shift, const std::optional<EtsForm>& fixed) {
    std::vector<double> moved;
    for (const double value : y) moved.push_back(scale * value + shift);
    Prediction p = fit_ets(moved, {.season_steps = 24, .form = fixed}).forecast(30);
    for (double& mean : p.mean) mean = (mean - shift) / scale;
    for (double& deviation : p.deviation) deviation /= scale;
    return p;
  };
  const Prediction plain = forecast_of(1, 0, form), doubled = forecast_of(1024, 0, form);
  CHECK(plain.mean == doubled.mean);  // powers of two: bit for bit
  CHECK(plain.deviation == doubled.deviation);
  CHECK(agree(plain.mean, forecast_of(1e6 / 3, 0, form).mean, 1e-4));
  CHECK(agree(plain.mean, forecast_of(1, 5000, form).mean, 1e-4));
  CHECK(agree(forecast_of(1, 0, std::nullopt).mean, forecast_of(4096, 0, std::nullopt).mean, 1e-12));
}

TEST_CASE("a season of a day of minutes") {
  std::vector<double> y = wave(1440 * 6, 1440, 9);
  for (std::size_t t = 3000; t < 3200; ++t) y[t] = kGap;
  const EtsForm form{Error::additive, {.trend = Trend::none, .season = Season::additive, .season_steps = 1440}};
  const Ets ets = fit_ets(y, {.season_steps = 1440, .form = form});
  REQUIRE(ets.summary().ok());
  const Prediction prediction = ets.forecast(1440);
  const double peak = prediction.mean[360], trough = prediction.mean[1080];
  CHECK(peak - trough == Approx(100).epsilon(0.15));
}

TEST_CASE("gaps advance, lower bounds only raise") {
  const Ets ets = fit_ets(wave(240, 12, 3), {.season_steps = 12});
  const double second = ets.forecast(2).mean[1], first = ets.forecast(1).mean[0];
  Ets gapped = ets, bounded = ets, raised = ets;
  gapped.update(kGap);
  bounded.update(first - 50, Sample::at_least);
  raised.update(first + 50, Sample::at_least);
  CHECK(gapped.forecast(1).mean[0] == Approx(second));
  CHECK(bounded.forecast(1).mean[0] == gapped.forecast(1).mean[0]);
  CHECK(raised.forecast(1).mean[0] > second);
}

TEST_CASE("ETS and series from hell") {
  for (const auto& [name, values] : testing::series_from_hell()) {
    for (const int season : {1, 2, 12, 1440}) testing::check_honest(fit_ets(values, {.season_steps = season}), name);
  }
  CHECK(fit_ets({}).summary().state == FitState::no_data);
  CHECK(fit_ets({1}).summary().state == FitState::constant);
  CHECK(fit_ets({1, 2}).summary().state == FitState::too_short);
  const EtsForm multiplicative{Error::multiplicative, {}};
  std::vector<double> negative = wave(50, 12, 1);
  negative[20] = -1;
  CHECK(fit_ets(negative, {.form = multiplicative}).summary().state == FitState::out_of_domain);
}

}  // namespace
}  // namespace forecasting
