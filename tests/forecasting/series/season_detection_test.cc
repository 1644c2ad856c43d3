#include "forecasting/series/season_detection.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "forecasting/series/autocorrelation.h"
#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"
#include "tests/forecasting/trace.h"

namespace forecasting {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Made {
  std::string name;
  int days;
  std::chrono::nanoseconds step;
  double day, weekend, other;  ///< amplitudes: of the day's wave, of week-ends, of a wave of `period`
  int period;                  ///< in steps
  double persistence;          ///< of the noise, whose standard deviation is 1
  double gaps;                 ///< share of missing steps
  std::vector<int> found;
};

std::vector<double> series(const Made& made, std::uint64_t seed) {
  testing::Noise noise(seed);
  const auto day = static_cast<int>(hours(24) / made.step);
  const double fresh = std::sqrt(1 - made.persistence * made.persistence);
  std::vector<double> y;
  double state = 0;
  for (int t = 0; t < made.days * day; ++t) {
    state = made.persistence * state + fresh * noise.normal();
    double value = 100 + state + made.day * std::sin(2 * M_PI * t / day);
    if (t / day % 7 >= 5) value -= made.weekend;
    if (made.period > 0) value += made.other * std::sin(2 * M_PI * t / made.period);
    y.push_back(noise.uniform() < made.gaps ? kGap : value);
  }
  return y;
}

TEST_CASE("seasons of made-up series") {
  const std::vector<Made> rows{
      {"noise", 21, minutes(10), 0, 0, 0, 0, 0, 0, {}},
      {"wandering noise", 21, minutes(10), 0, 0, 0, 0, 0.95, 0, {}},
      {"a day", 14, minutes(10), 2, 0, 0, 0, 0, 0, {144}},
      {"a day in minutes", 5, minutes(1), 2, 0, 0, 0, 0.9, 0, {1440}},
      {"a day, half of it missing", 14, minutes(10), 3, 0, 0, 0, 0, 0.5, {144}},
      {"a faint day", 28, minutes(10), 0.6, 0, 0, 0, 0, 0, {144}},
      {"two days are one too few to be sure", 1, minutes(10), 2, 0, 0, 0, 0, 0, {}},
      {"day and week", 42, hours(1), 3, 4, 0, 0, 0, 0, {24, 168}},
      {"a week alone", 56, hours(1), 0, 4, 0, 0, 0, 0, {168}},
      {"days of a week", 200, hours(24), 0, 4, 0, 0, 0, 0, {7}},
      {"every 50 minutes", 5, minutes(1), 0, 0, 2, 50, 0, 0, {50}},
      {"a day and every 50 minutes", 7, minutes(1), 3, 0, 2, 50, 0, 0, {50, 1440}},
      {"every hour is part of the day", 7, minutes(1), 3, 0, 2, 60, 0, 0, {1440}},
      {"a step that does not divide the day", 14, seconds(700), 0, 0, 0, 0, 0, 0, {}},
  };
  for (const Made& made : rows) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      INFO(made.name << ", seed " << seed);
      CHECK(detect_seasons(series(made, seed), made.step) == made.found);
    }
  }
}

TEST_CASE("seasons do not depend on unit or level, nor on one outlier") {
  const Made made{"", 14, minutes(10), 2, 0, 0, 0, 0.5, 0.05, {}};
  std::vector<double> y = series(made, 9), scaled = y;
  for (double& value : scaled) value = 1e6 * value - 1e9;
  CHECK(detect_seasons(scaled, made.step) == detect_seasons(y, made.step));
  y[500] = 1e30;
  CHECK(detect_seasons(y, made.step) == std::vector<int>{144});
}

TEST_CASE("a wandering level rarely shows a season") {
  int false_days = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    testing::Noise noise(seed * 7919 + 13);
    std::vector<double> y;
    double level = 0;
    for (int t = 0; t < 14 * 144; ++t) y.push_back(level += noise.normal());
    if (!detect_seasons(y, minutes(10)).empty()) ++false_days;
  }
  CHECK(false_days <= 5);
}

TEST_CASE("no seasons in next to nothing") {
  CHECK(detect_seasons({}, minutes(1)).empty());
  CHECK(detect_seasons({1}, minutes(1)).empty());
  CHECK(detect_seasons(std::vector<double>(5000, kGap), minutes(1)).empty());
  CHECK(detect_seasons(std::vector<double>(5000, 7), minutes(1)).empty());
  CHECK(detect_seasons({1, 2, 3}, seconds(0)).empty());
  std::vector<double> huge;
  testing::Noise noise(5);
  for (int t = 0; t < 5000; ++t) huge.push_back(1e300 * noise.normal());
  CHECK(detect_seasons(huge, minutes(1)).empty());
}

TEST_CASE("autocorrelation with gaps is the definition's") {
  testing::Noise noise(3);
  std::vector<double> y;
  double state = 0;
  for (int t = 0; t < 300; ++t) y.push_back(t % 7 == 3 ? kGap : (state = 0.8 * state + noise.normal()));
  double mean = 0, variance = 0;
  int seen = 0;
  for (const double v : y) mean += std::isnan(v) ? 0 : v, seen += std::isnan(v) ? 0 : 1;
  mean /= seen;
  for (const double v : y) variance += std::isnan(v) ? 0 : (v - mean) * (v - mean) / seen;
  const std::vector<double> r = autocorrelation(y, 50);
  for (const std::size_t lag : {0U, 1U, 5U, 50U}) {
    double sum = 0;
    int pairs = 0;
    for (std::size_t t = lag; t < y.size(); ++t) {
      const double product = (y[t] - mean) * (y[t - lag] - mean);
      if (!std::isnan(product)) sum += product, ++pairs;
    }
    CHECK(r[lag] == Approx(sum / pairs / variance).epsilon(1e-10));
  }
}

TEST_CASE("seasons of the shared traces") {
  struct Row {
    std::string path;
    std::chrono::nanoseconds step;
    std::vector<int> found;
  };
  const std::vector<Row> rows{
      {"crane/crane_input0_1min.csv", minutes(1), {1440}},
      {"crane/crane_input1_1min.csv", minutes(1), {1440}},
      {"crane/crane_input4_1min.csv", minutes(1), {}},
      {"servegen/servegen_language_m-small_total_nan.csv", minutes(10), {144}},
      {"nab/nab_nyc_taxi.csv", minutes(30), {48, 336}},
  };
  for (const Row& row : rows) {
    const auto values = testing::read_trace(row.path);
    if (!values) {
      WARN(row.path << " is absent: skipped");
      continue;
    }
    INFO(row.path);
    CHECK(detect_seasons(*values, row.step) == row.found);
  }
}

}  // namespace
}  // namespace forecasting
