// The batch forecast's contract: a known answer, units, bytes, bounds, gaps, series from hell, and that its quantiles
// hold what they promise.
#include "forecasting/batch/forecast.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "tests/forecasting/noise.h"

namespace forecasting::batch {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

/// Hours with a day and a quieter end of the week, exp(noise · normal) around it, oldest first.
std::vector<double> hours(int size, double noise, std::uint64_t seed = 1) {
  testing::Noise random(seed);
  std::vector<double> values;
  for (int t = 0; t < size; ++t) {
    const double day = 100 + 60 * std::sin(2 * M_PI * t / 24);
    values.push_back(day * (t % 168 >= 120 ? .6 : 1) * std::exp(noise * random.normal()));
  }
  return values;
}

std::vector<double> known(const std::vector<double>& values, std::size_t held_out = 48) {
  return {values.begin(), values.end() - static_cast<std::ptrdiff_t>(held_out)};
}

double worst_ratio(const std::vector<double>& point, const std::vector<double>& values) {
  double worst = 0;
  for (std::size_t h = 0; h < point.size(); ++h) {
    worst = std::max(worst, std::abs(point[h] / values[values.size() - point.size() + h] - 1));
  }
  return worst;
}

TEST_CASE("what repeats every week goes on, through the step at its end") {
  for (const int size : {168 * 3 + 48, 168 * 4 + 120, 700, 960}) {
    const auto values = hours(size, 0);
    const auto ahead = forecast(known(values));
    REQUIRE(ahead.ok());
    CHECK(ahead.point.size() == 48);
    CHECK(worst_ratio(ahead.point, values) < .01);
  }
}

TEST_CASE("one season, another length, a longer horizon") {
  std::vector<double> values;
  for (int t = 0; t < 400; ++t) values.push_back(50 + 20 * std::cos(2 * M_PI * t / 30));
  const auto ahead = forecast(known(values, 90), {.horizon = 90, .seasons = {30}});
  REQUIRE(ahead.ok());
  CHECK(worst_ratio(ahead.point, values) < .01);
}

TEST_CASE("units change nothing, up to rounding") {
  const auto values = hours(700, .2);
  const auto ahead = forecast(values);
  for (const double unit : {1e-9, .3, 4096.0, 1e12}) {
    auto scaled = values;
    for (double& value : scaled) value *= unit;
    const auto other = forecast(scaled);
    for (std::size_t h = 0; h < 48; ++h) {
      CHECK(other.point[h] == Approx(unit * ahead.point[h]).epsilon(1e-7));
      CHECK(other.quantile(h, .95) == Approx(unit * ahead.quantile(h, .95)).epsilon(1e-7));
    }
  }
}

TEST_CASE("same input, same bytes, what lies before the history is not seen") {
  const auto values = hours(900, .3);
  const auto one = forecast(values), two = forecast(values);
  CHECK(std::memcmp(one.point.data(), two.point.data(), 48 * sizeof(double)) == 0);
  auto longer = std::vector<double>(500, 1e6);
  longer.insert(longer.end(), values.begin(), values.end());
  const auto cut = forecast(longer, {.history = 900});
  CHECK(std::memcmp(one.point.data(), cut.point.data(), 48 * sizeof(double)) == 0);
}

TEST_CASE("quantiles rise with the level around the point, not below zero") {
  auto values = hours(700, 1.5);
  for (std::size_t t = 0; t < values.size(); t += 5) values[t] = 0;
  const auto ahead = forecast(values);
  for (std::size_t h = 0; h < 48; ++h) {
    CHECK(ahead.quantile(h, .5) == ahead.point[h]);
    double last = 0;
    for (const double level : {1e-9, .025, .1, .3, .5, .7, .9, .975, 1 - 1e-9}) {
      const double quantile = ahead.quantile(h, level);
      CHECK(std::isfinite(quantile));
      CHECK(quantile >= last);
      last = quantile;
    }
  }
}

TEST_CASE("quantiles hold what they promise on noise") {
  int within = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto values = hours(800, .2, seed);
    const auto ahead = forecast(known(values));
    for (std::size_t h = 0; h < 48; ++h, ++all) {
      const double truth = values[values.size() - 48 + h];
      within += ahead.quantile(h, .1) <= truth && truth <= ahead.quantile(h, .9);
    }
  }
  const double share = static_cast<double>(within) / all;
  CHECK(share > .74);
  CHECK(share < .9);
}

TEST_CASE("gaps are filled: a tenth missing costs little, wherever it is") {
  const auto values = hours(800, 0);
  testing::Noise random(3);
  for (const bool block : {false, true}) {
    auto holed = known(values);
    for (std::size_t t = 0; t < holed.size(); ++t) {
      if (block ? (t < 30 || (t > 400 && t < 430) || t > holed.size() - 20) : random.uniform() < .1) holed[t] = kGap;
    }
    const auto ahead = forecast(holed);
    REQUIRE(ahead.ok());
    CHECK(worst_ratio(ahead.point, values) < .1);
  }
}

TEST_CASE("a horizon far beyond the series") {
  const auto ahead = forecast(hours(200, .1), {.horizon = 5000});
  REQUIRE(ahead.ok());
  for (std::size_t h = 0; h < 5000; h += 7) {
    CHECK(ahead.point[h] < 1000);
    CHECK(ahead.quantile(h, .9) >= ahead.point[h]);
  }
}

TEST_CASE("a gap takes a long season before, a short one, what comes after, or the last value, in this order") {
  const std::vector<double> values{1, 2, kGap, 4, 5, kGap, 7, kGap, kGap};
  CHECK(filled(values, std::vector{5, 4}) == std::vector<double>{1, 2, 7, 4, 5, 1, 7, 7, 4});
  CHECK(filled(values, std::vector{6, 0}) == std::vector<double>{1, 2, 2, 4, 5, 5, 7, 2, 2});
}

TEST_CASE("no explosion: a surge is not carried on for ever") {
  std::vector<double> values(300, 1);
  for (double value = 2; value < 2000; value *= 2) values.push_back(value);
  const auto ahead = forecast(values);
  for (const double point : ahead.point) CHECK(point <= 1024 * std::sqrt(1024.) * 1.01);  // half the logs' range more
}

TEST_CASE("series from hell: a finite forecast, without an opinion where there is nothing to know") {
  const std::size_t n = 700;
  std::vector<std::vector<double>> series{std::vector<double>(n, 5),      std::vector<double>(n, 0),
                                          std::vector<double>(n, -3),     std::vector<double>(n, 1e300),
                                          std::vector<double>(n, 5e-324), std::vector<double>(8, 2)};
  for (const double high : {1.0, 1e-300, 1e300, std::numeric_limits<double>::max()}) {
    auto& alternating = series.emplace_back();
    for (std::size_t t = 0; t < n; ++t) alternating.push_back(t % 2 == 0 ? high : 0);
    auto& signs = series.emplace_back();
    for (std::size_t t = 0; t < n; ++t) signs.push_back(t % 2 == 0 ? high / 2 : -high / 2);
    auto& spike = series.emplace_back(n, 1);
    spike[n - 1] = high;
    auto& growth = series.emplace_back();
    for (std::size_t t = 0; t < n; ++t) growth.push_back(high * std::exp2(static_cast<double>(t) - 700));
  }
  auto& gap = series.emplace_back(hours(400, .1));
  gap.insert(gap.end(), 24 * 365, kGap);
  const auto after = hours(400, .1);
  gap.insert(gap.end(), after.begin(), after.end());
  auto& lonely = series.emplace_back(n, kGap);
  for (std::size_t t = 0; t < 8; ++t) lonely[t * 80] = static_cast<double>(t);
  for (std::size_t size = 8; size < 130; size += 11) {
    const auto some = hours(static_cast<int>(size), .1);
    series.push_back(some);
  }
  for (const auto& values : series) {
    const auto ahead = forecast(values, {.horizon = 60, .seasons = {24, 168, 7}});
    INFO("of " << values.size() << ", first " << values[0] << ", last " << values.back());
    REQUIRE(ahead.ok());
    REQUIRE(ahead.point.size() == 60);
    for (std::size_t h = 0; h < 60; ++h) {
      CHECK(std::isfinite(ahead.point[h]));
      CHECK(std::isfinite(ahead.quantile(h, .99)));
      CHECK(ahead.quantile(h, .01) <= ahead.quantile(h, .99));
    }
  }
  for (const double constant : {5.0, 0.0, -3.0, 1e300}) {
    CHECK(forecast(std::vector<double>(n, constant)).point[47] == Approx(constant));
  }
}

TEST_CASE("what cannot be forecast is refused with a reason") {
  const auto why = [](const std::vector<double>& values, const Options& options = {}) {
    const auto refused = forecast(values, options);
    CHECK(refused.point.empty());
    return refused.error;
  };
  CHECK(why({}) == "needs 8 values or more, has 0");
  CHECK(why({1}) == "needs 8 values or more, has 1");
  CHECK(why(std::vector<double>(500, kGap)) == "needs 8 values or more, has 0");
  CHECK(why({1, 2, 3, std::numeric_limits<double>::infinity()}) == "value 4 is infinite");
  const auto values = hours(300, 0);
  CHECK(why(values, {.horizon = 0}) == "horizon must be 1 to 100000 steps, is 0");
  CHECK(why(values, {.seasons = {24, 1}}) == "a season must be 2 steps or more, is 1");
  CHECK(why(values, {.history = 7}) == "history must be 8 values or more");
  auto ended = values;
  ended.insert(ended.end(), 400, kGap);
  CHECK(why(ended, {.history = 300}) == "all of the newest 300 values are missing");
}

}  // namespace
}  // namespace forecasting::batch
