#include "forecasting/members/seasonal_naive.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

TEST_CASE("uncorrected it is yesterday, at any multiple of the season") {
  SeasonalNaive model(4, {1, 2, 4, 6}, false);
  for (const double value : {10.0, 20.0, 30.0}) model.update(value);
  CHECK(std::isnan(model.forecast(0)));  // the fourth step was never seen
  for (const double value : {40.0, 11.0, 21.0, 31.0, 41.0}) model.update(value);
  CHECK(model.forecast(0) == Approx(11));
  CHECK(model.forecast(1) == Approx(21));
  CHECK(model.forecast(2) == Approx(41));
  CHECK(model.forecast(3) == Approx(21));  // 6 steps ahead: two seasons back
}

TEST_CASE("yesterday missing falls back on the day before, then on the profile") {
  SeasonalNaive model(4, {1}, false);
  for (const double value : {10.0, 20.0, 30.0, 40.0, 20.0, 20.0, 30.0, 40.0}) model.update(value);
  CHECK(model.forecast(0) == Approx(20));  // yesterday
  for (int i = 0; i < 4; ++i) model.update(kGap);
  CHECK(model.forecast(0) == Approx(20));  // two days ago
  for (int i = 0; i < 4; ++i) model.update(kGap);
  CHECK(model.forecast(0) == Approx(14));  // both missing: the profile, 10 + .4 · (20 − 10)
}

/// Mean |error| ten steps ahead relative to yesterday's, on a daily wave plus an offset that decays by `persistence` a
/// step.
double relative_error(double persistence) {
  testing::Noise noise(11);
  SeasonalNaive corrected(48, {10});
  SeasonalNaive plain(48, {10}, false);
  double offset = 0, corrected_error = 0, plain_error = 0;
  std::vector<double> corrected_ahead, plain_ahead;
  for (int t = 0; t < 48 * 40; ++t) {
    offset = persistence * offset + 5 * noise.normal();
    const double value = 500 + 100 * std::sin(2 * M_PI * t / 48) + offset;
    if (t > 48 * 10) {
      corrected_error += std::fabs(value - corrected_ahead[static_cast<std::size_t>(t - 10)]);
      plain_error += std::fabs(value - plain_ahead[static_cast<std::size_t>(t - 10)]);
    }
    corrected.update(value);
    plain.update(value);
    corrected_ahead.push_back(corrected.forecast(0));
    plain_ahead.push_back(plain.forecast(0));
  }
  return corrected_error / plain_error;
}

TEST_CASE("a level gap that persists is carried, one that does not is not") {
  CHECK(relative_error(0.99) < 0.8);  // ρ near .7: √(1 − .7²), and the error of estimating it
  CHECK(relative_error(0.0) < 1.03);  // white noise: ρ near 0, little is lost
}

TEST_CASE("yesterday's ten-step spike is not forecast for today") {
  testing::Noise noise(2);
  SeasonalNaive model(1440, {5}, false);
  const int spike = 3 * 1440 + 700;
  double largest = 0;
  for (int t = 0; t < 5 * 1440; ++t) {
    const bool high = t >= spike && t < spike + 10;
    model.update(high ? 1000 : 100 + noise.normal());
    if (t >= spike + 1300 && t < spike + 1500) largest = std::max(largest, model.forecast(0));
  }
  CHECK(largest < 160);
}

}  // namespace
}  // namespace forecasting
