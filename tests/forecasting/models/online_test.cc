// The online models by one contract: they learn what they are made for, ignore gaps and spikes, follow shifts, never
// let a lower bound pull them down, and forecast c·y for c·y.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "forecasting/models/ewma.h"
#include "forecasting/models/least_squares.h"
#include "forecasting/models/seasonal_ar.h"
#include "forecasting/models/seasonal_profile.h"
#include "hell.h"
#include "noise.h"
#include "tests/forecasting/gap.h"

namespace forecasting {
namespace {

constexpr int kDay = 48;
const std::vector<int> kKnots{1, 4, 12};

/// A day of half-hours and a level that forgets itself slowly.
std::vector<double> wave(int length, double persistence, std::uint64_t seed) {
  testing::Noise noise(seed);
  std::vector<double> y;
  double wander = 0;
  for (int t = 0; t < length; ++t) {
    wander = persistence * wander + 2 * noise.normal();
    y.push_back(200 + 60 * std::sin(2 * M_PI * t / kDay) + wander);
  }
  return y;
}

SeasonalProfile profile() {
  return SeasonalProfile({.season_steps = kDay, .second_steps = 7 * kDay, .knots = kKnots});
}

SeasonalAr autoregression() {
  SeasonalAr::Options options;
  options.season_steps = kDay;
  options.knots = kKnots;
  options.lags = {1, 2, 4};
  options.half_life_steps = 20 * kDay;
  options.solve_every = 12;
  return SeasonalAr(options);
}

/// Mean |error| at a knot over the second half, over that of the last value.
template <typename Model>
double ratio_to_last(Model model, const std::vector<double>& y, std::size_t knot) {
  double sum = 0, last = 0;
  const auto steps = static_cast<std::size_t>(kKnots[knot]);
  for (std::size_t t = 0; t + steps < y.size(); ++t) {
    model.update(y[t]);
    if (2 * t < y.size()) continue;
    sum += std::fabs(y[t + steps] - model.forecast(knot));
    last += std::fabs(y[t + steps] - y[t]);
  }
  return sum / last;
}

TEST_CASE("EWMA by hand, and by contract") {
  Ewma model({.weight = 0.25, .robust = false});
  CHECK(std::isnan(model.forecast()));
  for (const double value : {4.0, 8.0, kGap, 6.0}) model.update(value);
  CHECK(model.forecast() == Approx(6));  // the plain mean at first
  model.update(10);
  model.update(11);  // mean 7, then 7 + (11 − 7) / 4
  CHECK(model.forecast() == Approx(8));
  model.update(5, Sample::at_least);
  CHECK(model.forecast() == Approx(8));
  model.update(12, Sample::at_least);
  CHECK(model.forecast() == Approx(9));
  Ewma robust;
  testing::Noise noise(1);
  for (int i = 0; i < 200; ++i) robust.update(100 + noise.normal());
  robust.update(1e6);
  CHECK(robust.forecast() < 105);
  for (int i = 0; i < 60; ++i) robust.update(500 + noise.normal());
  CHECK(robust.forecast() == Approx(500).margin(5));
}

TEST_CASE("least squares finds a plane, forgets an old one, and survives twins") {
  LeastSquares squares(3, 0.01, 1e-9);
  testing::Noise noise(4);
  const auto feed = [&](double a, double b, double c, int count) {
    for (int i = 0; i < count; ++i) {
      const double x[] = {1, noise.normal(), 1e6 * noise.normal()};
      squares.add(x, a + b * x[1] + c * x[2]);
    }
  };
  CHECK_FALSE(squares.solve());
  feed(3, -2, 1e-6, 50);
  REQUIRE(squares.solve());
  CHECK(squares.coefficients()[0] == Approx(3).epsilon(1e-6));
  CHECK(squares.coefficients()[1] == Approx(-2).epsilon(1e-6));
  CHECK(squares.coefficients()[2] == Approx(1e-6).epsilon(1e-6));
  feed(-1, 5, 0, 3000);
  REQUIRE(squares.solve());
  CHECK(squares.coefficients()[1] == Approx(5).epsilon(1e-6));
  LeastSquares twins(3, 0.001, 0);
  for (int i = 0; i < 100; ++i) {
    const double z = noise.normal(), x[] = {1, z, z};
    twins.add(x, 2 * z);
  }
  REQUIRE(twins.solve());
  const double x[] = {1, 3, 3};
  CHECK(twins.predict(x) == Approx(6));
}

TEST_CASE("the profile's persistence is the noise's") {
  SeasonalProfile model = profile();
  for (const double value : wave(kDay * 60, 0.9, 3)) model.update(value);
  // Yesterday is noisy too, but the gap's own autocorrelation is that of the wandering level.
  CHECK(model.persistence(0) == Approx(0.9).margin(0.06));
  CHECK(model.persistence(1) == Approx(std::pow(0.9, 4)).margin(0.12));
  CHECK(model.blend() == Approx(0.5).margin(0.1));
}

TEST_CASE("a week of two kinds of day is blended from last week") {
  SeasonalProfile model = profile();
  testing::Noise noise(8);
  for (int t = 0; t < kDay * 7 * 6; ++t) {
    const bool weekend = t / kDay % 7 >= 5;
    model.update(100 + (weekend ? 5 : 40) * std::sin(2 * M_PI * t / kDay) + noise.normal());
  }
  CHECK(model.blend() < 0.25);
}

TEST_CASE("the seasonal models beat the last value where there is a season") {
  const std::vector<double> y = wave(kDay * 60, 0.8, 5);
  for (const std::size_t knot : {1U, 2U}) {
    CHECK(ratio_to_last(profile(), y, knot) < 0.6);
    CHECK(ratio_to_last(autoregression(), y, knot) < 0.5);
  }
  // And lose nothing to it on a plain walk.
  std::vector<double> walk;
  testing::Noise noise(6);
  double state = 0;
  for (int t = 0; t < kDay * 60; ++t) walk.push_back(1000 + (state += noise.normal()));
  for (const std::size_t knot : {0U, 1U, 2U}) CHECK(ratio_to_last(autoregression(), walk, knot) < 1.08);
}

TEST_CASE("a calendar regressor known ahead moves the forecast before the day comes") {
  SeasonalAr::Options options;
  options.season_steps = kDay;
  options.knots = {4};
  options.half_life_steps = 60 * kDay;
  const auto holiday = [](std::int64_t step) { return step / kDay % 5 == 4 ? 1.0 : 0.0; };
  // The target is a change, so the flag's change matters: now and at the target.
  options.calendar = {holiday, [&](std::int64_t step) { return holiday(step - 4); }};
  SeasonalAr told(options);
  options.calendar = {};
  SeasonalAr untold(options);
  testing::Noise noise(2);
  std::vector<double> y;
  for (int t = 0; t < kDay * 100; ++t) y.push_back(100 + 50 * holiday(t) + noise.normal());
  double with = 0, without = 0;
  for (std::size_t t = 0; t + 4 < y.size(); ++t) {
    told.update(y[t]);
    untold.update(y[t]);
    if (t < kDay * 50) continue;
    with += std::fabs(y[t + 4] - told.forecast(0));
    without += std::fabs(y[t + 4] - untold.forecast(0));
  }
  CHECK(with < 0.6 * without);
}

/// The contract, for anything with update() and forecast(knot).
template <typename Model>
void check_contract(const std::function<Model()>& make) {
  const std::vector<double> y = wave(kDay * 30, 0.8, 7);
  Model model = make(), scaled = make(), shifted = make();
  for (const double value : y) {
    model.update(value);
    scaled.update(1024 * value);
    shifted.update(value + 5000);
  }
  for (std::size_t knot = 0; knot < kKnots.size(); ++knot) {
    CHECK(scaled.forecast(knot) == Approx(1024 * model.forecast(knot)).epsilon(1e-9));
    CHECK(shifted.forecast(knot) == Approx(5000 + model.forecast(knot)).epsilon(1e-6));
  }
  Model bounded = model, raised = model, spiked = model, stepped = model;
  const double before = model.forecast(0);
  bounded.update(1, Sample::at_least);
  CHECK(bounded.forecast(0) > before - 25);
  raised.update(before + 300, Sample::at_least);
  CHECK(raised.forecast(0) > before);
  spiked.update(before + 1e5);
  for (int i = 0; i < 3; ++i) spiked.update(y[static_cast<std::size_t>(i)]);
  CHECK(std::fabs(spiked.forecast(0) - y[3]) < 40);
  for (int t = 0; t < 3 * kDay; ++t) stepped.update(3 * (200 + 60 * std::sin(2 * M_PI * t / kDay)));
  CHECK(stepped.forecast(0) == Approx(600).margin(60));
  for (const auto& [name, values] : testing::series_from_hell()) {
    INFO(name);
    Model poor = make();
    bool seen = false;
    for (int round = 0; round < 3; ++round) {
      for (const double value : values) {
        poor.update(value);
        seen = seen || std::isfinite(value);
      }
    }
    for (std::size_t knot = 0; knot < kKnots.size(); ++knot) CHECK(std::isfinite(poor.forecast(knot)) == seen);
  }
}

TEST_CASE("the profile's contract") {
  check_contract<SeasonalProfile>(profile);
}

TEST_CASE("the autoregression's contract") {
  check_contract<SeasonalAr>(autoregression);
}

}  // namespace
}  // namespace forecasting
