#include "forecasting/classic/arima_order.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/forecasting/classic/hell.h"
#include "tests/forecasting/noise.h"
#include "tests/forecasting/oracles/cases.h"

namespace forecasting {
namespace {

std::vector<double> walk(int length, double persistence, std::uint64_t seed) {
  testing::Noise noise(seed);
  std::vector<double> y;
  double state = 0;
  for (int t = 0; t < length; ++t) y.push_back(50 + (state = persistence * state + noise.normal()));
  return y;
}

TEST_CASE("KPSS by hand") {
  // 1, 2, 3, 4: residuals −1.5, −.5, .5, 1.5; partial sums −1.5, −2, −1.5, 0; n = 4, no lags:
  // (2.25 + 4 + 2.25) / (4 · 5) = .425
  CHECK(kpss({1, 2, 3, 4}) == Approx(0.425));
  CHECK(kpss(walk(2000, 0, 3)) < 0.463);
  CHECK(kpss(walk(2000, 1, 3)) > 0.463);
}

TEST_CASE("differences follow the data") {
  CHECK(plain_differences(walk(500, 0, 1)) == 0);
  CHECK(plain_differences(walk(500, 1, 1)) == 1);
  std::vector<double> twice = walk(500, 1, 1);
  for (std::size_t t = 1; t < twice.size(); ++t) twice[t] += twice[t - 1];
  CHECK(plain_differences(twice) == 2);
  CHECK(seasonal_differences(testing::oracle_series(), 12) == 1);
  CHECK(seasonal_differences(walk(500, 0, 2), 12) == 0);
}

TEST_CASE("the search finds simple truths") {
  const Arima white = fit_auto_arima(walk(400, 0, 9));
  INFO(words(white.order()));
  CHECK(white.order().p + white.order().q <= 1);
  CHECK(white.order().d == 0);
  const Arima autoregression = fit_auto_arima(walk(800, 0.7, 9));
  INFO(words(autoregression.order()));
  CHECK(autoregression.order().p >= 1);
  CHECK(autoregression.forecast(1).mean.size() == 1);
  CHECK(autoregression.summary().sigma == Approx(1).margin(0.1));
  const Arima seasonal = fit_auto_arima(testing::oracle_series(), {.season_steps = 12});
  INFO(words(seasonal.order()));
  CHECK(seasonal.order().seasonal_d == 1);
  // White noise of standard deviation 24 / √12 = 6.93 around a line and a fixed season.
  CHECK(seasonal.summary().sigma < 1.5 * 6.93);
}

TEST_CASE("order selection and series from hell") {
  for (const auto& [name, values] : testing::series_from_hell()) {
    for (const int season : {1, 12, 1440})
      testing::check_honest(fit_auto_arima(values, {.season_steps = season}), name);
  }
}

}  // namespace
}  // namespace forecasting
