#include "forecasting/engine/forecaster.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/forecasting/engine/allocations.h"
#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

using std::chrono::minutes;

constexpr int kSeason = 240;  // a short day keeps the tests quick

Options short_day(Model model = Model::Ladder) {
  Options options;
  options.season_steps = kSeason;
  options.model = model;
  options.knots = {1, 2, 5, 10, 15, 30, 60};
  return options;
}

double wave(int t) {
  return 100 + 60 * std::sin(2 * M_PI * t / kSeason);
}

/// Feeds steps [from, to) of `series`; returns the time of the last.
TimePoint feed(Forecaster& forecaster, int from, int to, const std::function<double(int)>& series) {
  for (int t = from; t < to; ++t) forecaster.update(TimePoint{minutes(t)}, series(t));
  return TimePoint{minutes(to - 1)};
}

void require_sound(const Fan& fan) {
  REQUIRE_FALSE(fan.empty());
  REQUIRE(fan.values.rows() == fan.offsets.size());
  REQUIRE(fan.values.cols() == fan.levels.size());
  for (std::size_t k = 0; k < fan.values.rows(); ++k) {
    for (std::size_t q = 0; q < fan.values.cols(); ++q) {
      REQUIRE(std::isfinite(fan.values(k, q)));
      REQUIRE(fan.values(k, q) >= 0);
      if (q > 0) REQUIRE(fan.values(k, q) >= fan.values(k, q - 1));
    }
  }
}

TEST_CASE("nothing observed: an empty fan, model None, and why") {
  Forecaster forecaster(short_day());
  CHECK(forecaster.fan().empty());
  CHECK(forecaster.summary().model == "None");
  CHECK(forecaster.summary().why == "nothing was observed yet");
  feed(forecaster, 0, 700, [](int) { return kGap; });
  CHECK(forecaster.fan().empty());
  CHECK(forecaster.summary().why == "no usable value in 700 steps");
}

TEST_CASE("the planning level is one of the fan's, levels and knots ascend") {
  Options options = short_day();
  options.levels = {0.9, 0.5};
  options.planning_level = 0.8;
  options.knots = {10, 5, 5, 0, -3};
  const Forecaster forecaster(options);
  CHECK(forecaster.options().levels == std::vector<double>{0.5, 0.8, 0.9});
  CHECK(forecaster.options().knots == std::vector<int>{5, 10});
}

TEST_CASE("the ladder climbs with history, in words with numbers") {
  testing::Noise noise(1);
  const auto series = [&](int t) { return wave(t) + 3 * noise.normal(); };
  Forecaster forecaster(short_day());
  forecaster.set_planning_horizon(minutes(28));  // judged at the next knot, 30
  feed(forecaster, 0, 60, series);
  CHECK_FALSE(forecaster.summary().eligible);
  CHECK(forecaster.summary().why == "LastValue has judged 30 of the 50 forecasts it needs at +30m");
  feed(forecaster, 60, 400, series);
  CHECK(forecaster.summary().eligible);
  CHECK(forecaster.summary().model == "LastValue");
  CHECK_THAT(forecaster.summary().why, Catch::Contains("HoltWinters(4h) needs two seasons of history (8h), has 6h40m"));
  feed(forecaster, 400, 5 * kSeason, series);
  const Summary summary = forecaster.summary();
  CHECK(summary.model != "LastValue");
  CHECK_THAT(summary.why, Catch::Contains("P95 pinball loss at +30m") &&
                              Catch::Contains("of the calibrated last value") &&
                              Catch::Contains("of plain seasonal-naive"));
  CHECK(summary.skill > 0.5);
  CHECK(summary.samples > 500);
}

TEST_CASE("a forced model serves when it can, the last value until then") {
  testing::Noise noise(1);
  const auto series = [&](int t) { return wave(t) + 3 * noise.normal(); };
  for (const auto& [model, name] : {std::pair{Model::LastValue, "LastValue"},
                                    {Model::SeasonalNaive, "SeasonalNaive(4h)"},
                                    {Model::HoltWinters, "HoltWinters(4h)"}}) {
    Forecaster forecaster(short_day(model));
    forecaster.set_planning_horizon(minutes(30));
    feed(forecaster, 0, 400, series);
    CHECK(forecaster.summary().model == "LastValue");
    feed(forecaster, 400, 4 * kSeason, series);
    CHECK(forecaster.summary().model == name);
  }
}

TEST_CASE("a forced model serves even where the last value is better, Auto takes the better") {
  testing::Noise noise(3);
  std::vector<double> walk{1000};
  for (int t = 1; t < 5 * kSeason; ++t) walk.push_back(std::max(0.0, walk.back() + noise.normal()));
  const auto series = [&](int t) { return walk[static_cast<std::size_t>(t)]; };
  Forecaster forced(short_day(Model::SeasonalNaive)), free(short_day());
  feed(forced, 0, 5 * kSeason, series);
  feed(free, 0, 5 * kSeason, series);
  CHECK(forced.summary().model == "SeasonalNaive(4h)");
  CHECK(forced.summary().skill < 0);
  CHECK(free.summary().model == "LastValue");
}

TEST_CASE("two seasons with too few judged forecasts are not enough") {
  testing::Noise noise(1);
  Forecaster forecaster(short_day());
  forecaster.set_planning_horizon(minutes(30));
  feed(forecaster, 0, 2 * kSeason + 40,
       [&](int t) { return t < kSeason + 5 || t > 2 * kSeason - 30 ? wave(t) + noise.normal() : kGap; });
  CHECK(forecaster.summary().model == "LastValue");
  CHECK_THAT(forecaster.summary().why,
             Catch::Contains("HoltWinters(4h) has judged 39 of the 50 forecasts it needs at +30m"));
}

TEST_CASE("the choice does not flutter between equals") {
  int changes = 0;
  for (const double amplitude : {0.0, 4.0, 8.0}) {
    testing::Noise noise(17);
    Forecaster forecaster(short_day());
    forecaster.set_planning_horizon(minutes(30));
    std::string model;
    double drift = 0;
    for (int t = 0; t < 30 * kSeason; ++t) {
      drift = 0.9 * drift + 3 * noise.normal();
      forecaster.update(TimePoint{minutes(t)}, 100 + amplitude * std::sin(2 * M_PI * t / kSeason) + drift);
      const std::string now = forecaster.summary().model;
      changes += now != model;
      model = now;
    }
  }
  CHECK(changes < 35);  // in 90 days; without margin and dwell 53
}

TEST_CASE("without a season only the last value serves, and says so") {
  Options options = short_day();
  options.season_steps = 0;
  Forecaster forecaster(options);
  testing::Noise noise(2);
  feed(forecaster, 0, 2000, [&](int) { return 50 + noise.normal(); });
  CHECK(forecaster.summary().model == "LastValue");
  CHECK_THAT(forecaster.summary().why, Catch::Contains("no season is set"));
  require_sound(forecaster.fan());
}

TEST_CASE("a constant and an all-zero series are forecast exactly") {
  for (const double value : {0.0, 42.0}) {
    for (const Model model : {Model::Ladder, Model::LastValue, Model::SeasonalNaive, Model::HoltWinters}) {
      Forecaster forecaster(short_day(model));
      const TimePoint at = feed(forecaster, 0, 4 * kSeason, [&](int) { return value; });
      require_sound(forecaster.fan());
      for (const double level : {0.1, 0.5, 0.95, 0.99}) {
        CHECK(forecaster.fan().value(at + minutes(30), level) == Approx(value).margin(1e-3));
      }
    }
  }
}

TEST_CASE("infinite and negative values are gaps and counted, NaN is a gap") {
  Forecaster dirty(short_day()), clean(short_day());
  const double dirt[] = {std::numeric_limits<double>::infinity(), -1.0, -std::numeric_limits<double>::infinity(), kGap};
  testing::Noise one(6), two(6);
  feed(dirty, 0, 1000,
       [&](int t) { return t % 10 == 3 ? (one.uniform(), dirt[(t / 10) % 4]) : wave(t) + one.uniform(); });
  feed(clean, 0, 1000, [&](int t) { return t % 10 == 3 ? (two.uniform(), kGap) : wave(t) + two.uniform(); });
  CHECK(dirty.summary().rejected == 75);
  CHECK(clean.summary().rejected == 0);
  CHECK(dirty.fan().values == clean.fan().values);
}

TEST_CASE("in a gap the fan stays that of the newest value, seen from there") {
  testing::Noise noise(8);
  Forecaster forecaster(short_day());
  const TimePoint newest = feed(forecaster, 0, 1000, [&](int t) { return wave(t) + noise.normal(); });
  const Fan before = forecaster.fan();
  feed(forecaster, 1000, 1007, [](int) { return kGap; });
  const Fan during = forecaster.fan();
  CHECK(during.origin == newest);
  CHECK(during.values == before.values);
  feed(forecaster, 1007, 1010, [&](int t) { return wave(t) + noise.normal(); });
  CHECK(forecaster.fan().origin == TimePoint{minutes(1009)});
  CHECK(forecaster.fan().value(TimePoint{minutes(1009 + 30)}, 0.5) == Approx(wave(1039)).margin(8));
}

TEST_CASE("a day of gaps does not break the seasonal models") {
  testing::Noise noise(8);
  const auto series = [&](int t) { return wave(t) + noise.normal(); };
  for (const Model model : {Model::SeasonalNaive, Model::HoltWinters}) {
    Forecaster forecaster(short_day(model));
    feed(forecaster, 0, 4 * kSeason, series);
    feed(forecaster, 4 * kSeason, 5 * kSeason, [](int) { return kGap; });
    const int end = 5 * kSeason + 20;
    const TimePoint at = feed(forecaster, 5 * kSeason, end, series);
    CHECK(forecaster.fan().value(at + minutes(30), 0.5) == Approx(wave(end - 1 + 30)).margin(10));
  }
}

TEST_CASE("a threefold level step is followed within an hour, covered for days, and its season relearnt") {
  testing::Noise noise(12);
  const int step = 6 * kSeason + 50;
  const auto series = [&](int t) { return (t < step ? 1.0 : 3.0) * (wave(t) + 3 * noise.normal()); };
  Forecaster forecaster(short_day());
  forecaster.set_planning_horizon(minutes(30));
  const TimePoint hour = feed(forecaster, 0, step + 60, series);
  const double ahead = 3 * wave(step + 59 + 30);
  CHECK(forecaster.fan().value(hour + minutes(5), 0.5) == Approx(3 * wave(step + 59 + 5)).epsilon(0.15));
  CHECK(forecaster.fan().value(hour + minutes(30), 0.95) > 0.95 * ahead);
  int covered = 0;
  for (int t = step + 60; t < step + 60 + 4 * kSeason; ++t) {
    const TimePoint at = feed(forecaster, t, t + 1, series);
    require_sound(forecaster.fan());
    covered += forecaster.fan().value(at + minutes(30), 0.95) >= 3 * wave(t + 30);
  }
  CHECK(covered > 0.9 * 4 * kSeason);
  feed(forecaster, step + 60 + 4 * kSeason, step + 60 + 10 * kSeason, series);  // additive models relearn the amplitude
  CHECK(forecaster.summary().model != "LastValue");
  CHECK(forecaster.fan().value(hour + minutes(10 * kSeason + 30), 0.5) == Approx(ahead).epsilon(0.15));
}

TEST_CASE("a ten-minute spike and a counter reset leave tomorrow alone") {
  testing::Noise noise(13);
  const int spike = 6 * kSeason + 100;
  const auto series = [&](int t) {
    if (t >= spike && t < spike + 10) return 2000.0;
    if (t >= spike + 40 && t < spike + 43) return 0.0;
    return wave(t) + 2 * noise.normal();
  };
  Forecaster forecaster(short_day());
  forecaster.set_planning_horizon(minutes(30));
  feed(forecaster, 0, spike + kSeason - 40, series);
  for (int t = spike + kSeason - 40; t < spike + kSeason + 40; ++t) {
    const TimePoint at = feed(forecaster, t, t + 1, series);
    require_sound(forecaster.fan());
    CHECK(forecaster.fan().value(at + minutes(30), 0.5) == Approx(wave(t + 30)).margin(40));
  }
}

TEST_CASE("coverage is near nominal on stationary noise, at every level and knot") {
  testing::Noise noise(21);
  for (const Model model : {Model::Ladder, Model::LastValue, Model::SeasonalNaive, Model::HoltWinters}) {
    Forecaster forecaster(short_day(model));
    std::vector<double> values;
    std::vector<Fan> fans;
    for (int t = 0; t < 30 * kSeason; ++t) {
      values.push_back(100 + 10 * noise.normal());
      forecaster.update(TimePoint{minutes(t)}, values.back());
      fans.push_back(t >= 8 * kSeason ? forecaster.fan() : Fan{});
    }
    const Options& options = forecaster.options();
    for (std::size_t k = 0; k < options.knots.size(); ++k) {
      for (std::size_t q = 0; q < options.levels.size(); ++q) {
        int covered = 0, judged = 0;
        for (std::size_t t = 8 * kSeason; t + static_cast<std::size_t>(options.knots[k]) < values.size(); ++t) {
          const double bound = fans[t].values(k, q);
          covered += values[t + static_cast<std::size_t>(options.knots[k])] <= bound;
          ++judged;
        }
        INFO("model " << static_cast<int>(model) << " knot " << options.knots[k] << " level " << options.levels[q]);
        CHECK(static_cast<double>(covered) / judged == Approx(options.levels[q]).margin(0.03));
      }
    }
  }
}

TEST_CASE("random dirt never breaks the fan, and the same input gives the same bytes") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    Forecaster one(short_day()), two(short_day());
    testing::Noise noise(seed);
    for (int t = 0; t < 6 * kSeason; ++t) {
      double value = std::max(0.0, wave(t) * (t / 300 % 3 == 1 ? 40 : 1) + 30 * noise.normal());
      const double dirt = noise.uniform();
      if (dirt < 0.1) value = kGap;
      if (dirt > 0.98) value = 0;
      if (dirt > 0.999) value = 1e15;
      for (Forecaster* forecaster : {&one, &two}) forecaster->update(TimePoint{minutes(t)}, value);
      if (t % 97 == 0) one.set_planning_horizon(minutes(t % 80));
      if (t % 97 == 0) two.set_planning_horizon(minutes(t % 80));
      if (one.fan().empty()) continue;
      require_sound(one.fan());
      REQUIRE(one.fan().values == two.fan().values);
    }
    CHECK(one.summary().why == two.summary().why);
  }
}

TEST_CASE("an update allocates nothing") {
  testing::Noise noise(1);
  Forecaster forecaster(short_day());
  feed(forecaster, 0, 10, [&](int t) { return wave(t) + noise.normal(); });
  const long before = testing::allocations();
  for (int t = 10; t < 5 * kSeason; ++t) forecaster.update(TimePoint{minutes(t)}, t % 50 == 0 ? kGap : wave(t));
  CHECK(testing::allocations() == before);
}

}  // namespace
}  // namespace forecasting
