#include "forecasting/classic/arima.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "forecasting/classic/arima_css.h"
#include "forecasting/classic/arima_likelihood.h"
#include "tests/forecasting/classic/hell.h"
#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"
#include "tests/forecasting/oracles/arima.h"

namespace forecasting {
namespace {

using testing::agree;

/// φ = .6, θ = .4 at lag 1, Θ = −.5 at `season`, integrated `d` times.
std::vector<double> simulated(int length, int season, int d, std::uint64_t seed) {
  testing::Noise noise(seed);
  const int warm = 20 * season;
  std::vector<double> e, w, y;
  double sum = 0;
  for (int t = 0; t < length + warm; ++t) {
    e.push_back(noise.normal());
    const auto back = [&](int lag) { return t >= lag ? e[static_cast<std::size_t>(t - lag)] : 0.0; };
    const double ma = e.back() + 0.4 * back(1) - 0.5 * (back(season) + 0.4 * back(season + 1));
    w.push_back((t > 0 ? 0.6 * w.back() : 0) + ma);
    sum += w.back();
    if (t >= warm) y.push_back(d > 0 ? sum : w.back());
  }
  return y;
}

TEST_CASE("ARIMA at fixed coefficients is statsmodels'") {
  for (const testing::ArimaCase& oracle : testing::kArimaCases) {
    INFO(words(oracle.order) << (oracle.gaps ? ", gaps" : ""));
    const std::vector<double> y = testing::oracle_series(120, oracle.gaps);
    const Arima model = Arima::filter(y, oracle.order, oracle.coefficients, ArimaMethod::likelihood);
    CHECK(model.summary().log_likelihood == Approx(oracle.log_likelihood).epsilon(1e-9));
    const Prediction prediction = model.forecast(static_cast<int>(oracle.forecast.size()));
    CHECK(agree(prediction.mean, oracle.forecast, 1e-8));
    if (!oracle.deviation.empty()) CHECK(agree(prediction.deviation, oracle.deviation, 1e-8));
  }
}

TEST_CASE("conditional residuals are the definition's, written out") {
  const ArimaOrder order{2, 0, 1, 1, 0, 1, 6, true};
  const ArimaCoefficients c{{0.5, -0.2}, {0.3}, {0.4}, {-0.6}, 3};
  std::vector<double> w = simulated(80, 6, 0, 5);
  for (double& value : w) value += 3;
  const ArimaCss css(order, w, std::vector<bool>(w.size(), true));
  const std::vector<double> e = css.residuals(c);
  std::vector<double> textbook(w.size());
  for (std::size_t t = 8; t < w.size(); ++t) {
    const auto x = [&](std::size_t lag) { return w[t - lag] - 3; };
    const auto r = [&](std::size_t lag) { return t >= 8 + lag ? textbook[t - lag] : 0.0; };
    const double ar = x(0) - 0.5 * x(1) + 0.2 * x(2) - 0.4 * (x(6) - 0.5 * x(7) + 0.2 * x(8));
    textbook[t] = ar - 0.3 * r(1) + 0.6 * (r(6) + 0.3 * r(7));
  }
  CHECK(agree(e, textbook, 1e-12));
}

TEST_CASE("slopes of the conditional sum of squares are its finite differences") {
  std::vector<double> w = simulated(200, 6, 0, 8);
  std::vector<bool> present(w.size(), true);
  for (const std::size_t t : {40U, 41U, 120U}) present[t] = false;
  for (const ArimaOrder& order : {ArimaOrder{2, 0, 2, 1, 0, 1, 6, true}, ArimaOrder{0, 0, 3, 0, 0, 2, 6, false},
                                  ArimaOrder{3, 0, 0, 2, 0, 0, 6, true}, ArimaOrder{5, 0, 4}}) {
    INFO(words(order));
    const ArimaCss css(order, w, present);
    Eigen::VectorXd x(order.parameters());
    for (Eigen::Index i = 0; i < x.size(); ++i) x(i) = 0.4 * std::sin(1.7 * static_cast<double>(i) + 0.5);
    const Evaluation here = css.evaluate(x, true);
    CHECK(here.value == Approx(css.evaluate(x, false).value).epsilon(1e-13));
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      constexpr double kStep = 1e-6;
      Eigen::VectorXd up = x, down = x;
      up(i) += kStep;
      down(i) -= kStep;
      const double slope = (css.evaluate(up, false).value - css.evaluate(down, false).value) / (2 * kStep);
      CHECK(here.gradient(i) == Approx(slope).epsilon(1e-6).margin(1e-6));
    }
  }
}

TEST_CASE("the likelihood is that of the joint normal density, steady state and gaps included") {
  // MA(1) with gaps: a tridiagonal covariance, its density computed by elimination.
  const ArimaOrder order{.q = 1};
  const ArimaCoefficients c{.ar = {}, .ma = {0.5}, .seasonal_ar = {}, .seasonal_ma = {}, .mean = 0};
  std::vector<double> w = simulated(300, 6, 0, 3);
  for (const std::size_t t : {50U, 200U, 201U, 203U}) w[t] = kGap;
  double squares = 0, logs = 0, gain = 0, before = 0;
  int n = 0;
  for (const double value : w) {
    const double variance = 1.25 - (gain > 0 ? 0.25 / gain : 0);
    if (std::isnan(value)) {
      gain = 0;  // its neighbours do not touch
      continue;
    }
    const double error = value - (gain > 0 ? 0.5 / gain * before : 0);
    squares += error * error / variance;
    logs += std::log(variance);
    gain = variance;
    before = error;
    ++n;
  }
  const ArimaLikelihood exact = arima_likelihood(order, c, w, 1);
  CHECK(exact.sum_of_squares == Approx(squares).epsilon(1e-11));
  CHECK(exact.sum_of_logs == Approx(logs).epsilon(1e-11));
  CHECK(exact.observations == n);
  CHECK(exact.steady_after < 200);  // the switch happened, and again after the gaps
}

TEST_CASE("both methods find the coefficients of a long series") {
  const ArimaOrder order{1, 1, 1, 0, 0, 1, 12, false};
  for (const ArimaMethod method : {ArimaMethod::css, ArimaMethod::likelihood}) {
    const Arima model = fit_arima(simulated(1500, 12, 1, 21), {.order = order, .method = method});
    REQUIRE(model.summary().state == FitState::fitted);
    CHECK(model.coefficients().ar[0] == Approx(0.6).margin(0.08));
    CHECK(model.coefficients().ma[0] == Approx(0.4).margin(0.08));
    CHECK(model.coefficients().seasonal_ma[0] == Approx(-0.5).margin(0.08));
    CHECK(model.summary().sigma == Approx(1).margin(0.06));
  }
}

TEST_CASE("a day of minutes costs its non-zero lags only") {
  const ArimaOrder order{1, 0, 1, 0, 1, 1, 1440, false};
  std::vector<double> y;
  testing::Noise noise(4);
  double wander = 0;
  for (int t = 0; t < 1440 * 6; ++t) {
    wander = 0.7 * wander + noise.normal();
    y.push_back(100 + 30 * std::sin(2 * M_PI * t / 1440) + wander);
  }
  Arima model = fit_arima(y, {.order = order});
  REQUIRE(model.summary().state == FitState::fitted);
  CHECK(model.coefficients().ar[0] == Approx(0.7).margin(0.1));
  const Prediction prediction = model.forecast(1440);
  CHECK(prediction.mean[360] - prediction.mean[1080] == Approx(60).epsilon(0.15));
  CHECK(prediction.deviation[0] < prediction.deviation[10]);
}

TEST_CASE("updates are what a longer filter would have said") {
  const std::vector<double> y = testing::oracle_series(240);
  const std::vector<double> shorter(y.begin(), y.begin() + 200);
  const ArimaOrder order{2, 1, 1, 0, 1, 1, 12, false};
  const ArimaCoefficients c{{0.4, 0.1}, {-0.5}, {}, {-0.3}, 0};
  for (const ArimaMethod method : {ArimaMethod::css, ArimaMethod::likelihood}) {
    Arima online = Arima::filter(shorter, order, c, method);
    for (std::size_t t = 200; t < 240; ++t) online.update(y[t]);
    CHECK(agree(online.forecast(30).mean, Arima::filter(y, order, c, method).forecast(30).mean, 1e-7));
  }
}

TEST_CASE("ARIMA scales and shifts with its data") {
  const std::vector<double> y = testing::oracle_series(150);
  const auto forecast_of = [&](double scale, double shift) {
    std::vector<double> moved;
    for (const double value : y) moved.push_back(scale * value + shift);
    const ArimaOrder order{1, 0, 1, 1, 0, 0, 12, true};
    std::vector<double> mean = fit_arima(moved, {.order = order}).forecast(24).mean;
    for (double& m : mean) m = (m - shift) / scale;
    return mean;
  };
  CHECK(forecast_of(1, 0) == forecast_of(4096, 0));
  CHECK(agree(forecast_of(1, 0), forecast_of(0.001, 0), 1e-4));
  CHECK(agree(forecast_of(1, 0), forecast_of(1, 300), 1e-3));
}

TEST_CASE("ARIMA online: a gap is its forecast, a lower bound only raises") {
  const Arima model = fit_arima(testing::oracle_series(), {.order = {0, 1, 1, 0, 1, 1, 12, false}});
  const Prediction ahead = model.forecast(3);
  Arima gapped = model, bounded = model, raised = model;
  gapped.update(kGap);
  bounded.update(ahead.mean[0] - 40, Sample::at_least);
  raised.update(ahead.mean[0] + 40, Sample::at_least);
  CHECK(gapped.forecast(1).mean[0] == Approx(ahead.mean[1]));
  CHECK(bounded.forecast(1).mean[0] == gapped.forecast(1).mean[0]);
  CHECK(raised.forecast(1).mean[0] > ahead.mean[1]);
}

TEST_CASE("ARIMA and series from hell") {
  for (const auto& [name, values] : testing::series_from_hell()) {
    for (const ArimaOrder& order :
         {ArimaOrder{.constant = true}, ArimaOrder{1, 0, 1, 0, 0, 0, 1, true}, ArimaOrder{2, 1, 2, 0, 1, 1, 12, false},
          ArimaOrder{1, 0, 0, 1, 1, 1, 1440, false}}) {
      for (const ArimaMethod method : {ArimaMethod::css, ArimaMethod::likelihood}) {
        if (order.season_steps > 24 && method == ArimaMethod::likelihood) continue;
        testing::check_honest(fit_arima(values, {.order = order, .method = method}), name);
      }
    }
  }
  CHECK(fit_arima({}, {.order = {1, 0, 0}}).summary().state == FitState::no_data);
  CHECK(fit_arima({1, 2}, {.order = {1, 0, 0}}).summary().state == FitState::too_short);
}

}  // namespace
}  // namespace forecasting
