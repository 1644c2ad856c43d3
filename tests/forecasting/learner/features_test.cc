// What the features say of series whose answers are known.
#include "forecasting/learner/features.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

struct Fed {
  Spans spans;
  Archive archive;
  Features features;

  Fed(int season, int steps, const std::function<double(int)>& value)
      : spans(Spans::of(season)), archive(8 * spans.day), features(spans, 60) {
    for (int i = 0; i < steps; ++i) {
      archive.push(value(i));
      features.update(value(i));
    }
  }
  Row row(int steps) { return features.row(steps, archive); }
};

double daily(int step) {
  return 100 + 50 * std::sin(2 * std::numbers::pi * step / 1440);
}

TEST_CASE("features: a constant series knows nothing but its level") {
  const auto row = Fed(1440, 3000, [](int) { return 42.0; }).row(20);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    INFO(i);
    const bool level = i == 1, clock = i == 0 || i == 20 || i == 21;  // the constant, sine and cosine
    if (clock) continue;
    CHECK(row[i] == (level ? 42.0F : 0.0F));
  }
}

TEST_CASE("features: yesterday's ramp is the day's own, exactly") {
  Fed fed(1440, 2000, daily);
  for (const int steps : {5, 20, 60}) {
    const auto row = fed.row(steps);
    const double ramp = daily(1999 + steps) - daily(1999);
    CHECK(static_cast<double>(row[kOriginFeatures + 1]) == Approx(ramp).margin(1e-3));
    CHECK(static_cast<double>(row[kOriginFeatures + 2]) == Approx(ramp).margin(1e-3));
    CHECK(static_cast<double>(row[kOriginFeatures]) == Approx(daily(1999 - steps) - daily(1999)).margin(1e-3));
  }
}

TEST_CASE("features: last week is read from the archive") {
  const auto weekly = [](int step) { return daily(step) + (step / 1440 % 7 == 3 ? 80 : 0); };
  Fed fed(1440, 10 * 1440 - 30, weekly);  // at the end of day 9; the target lies in day 10, a day of 80 more
  const auto row = fed.row(60);
  CHECK(static_cast<double>(row[kOriginFeatures + 3]) == Approx(80).margin(0.5));
}

TEST_CASE("features: running means and deviations agree with plain ones") {
  testing::Noise noise(3);
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) values.push_back(1000 + 5 * noise.normal());
  Fed fed(1440, 5000, [&](int i) { return values[static_cast<std::size_t>(i)]; });
  const auto row = fed.row(5);
  const auto plain = [&](int length) {
    double sum = 0, squares = 0;
    for (int i = 5000 - length; i < 5000; ++i) sum += values[static_cast<std::size_t>(i)];
    for (int i = 5000 - length; i < 5000; ++i)
      squares += std::pow(values[static_cast<std::size_t>(i)] - sum / length, 2);
    return std::pair(sum / length, std::sqrt(squares / length));
  };
  CHECK(static_cast<double>(row[5]) == Approx(plain(5).first - values.back()).margin(1e-3));
  CHECK(static_cast<double>(row[9]) == Approx(plain(1440).first - values.back()).margin(1e-3));
  CHECK(static_cast<double>(row[13]) == Approx(plain(15).second).margin(1e-3));
  CHECK(static_cast<double>(row[14]) == Approx(plain(60).second).margin(1e-3));
}

TEST_CASE("features: scale with the series, but for the clock") {
  testing::Noise noise(4);
  std::vector<double> values;
  for (int i = 0; i < 4000; ++i) values.push_back(20 + daily(i) + noise.normal());
  const auto one = Fed(1440, 4000, [&](int i) { return values[static_cast<std::size_t>(i)]; }).row(20);
  const auto eight = Fed(1440, 4000, [&](int i) { return 8 * values[static_cast<std::size_t>(i)]; }).row(20);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    INFO(i);
    const bool clock = i == 0 || i == 20 || i == 21;
    CHECK(eight[i] == Approx(clock ? one[i] : 8 * one[i]).margin(2e-3));
  }
}

TEST_CASE("features: without a season nothing is said of days") {
  const auto row = Fed(0, 5000, daily).row(20);
  for (std::size_t i = kOriginFeatures + 1; i < kFeatures; ++i) CHECK(row[i] == 0);
}

}  // namespace
}  // namespace forecasting
