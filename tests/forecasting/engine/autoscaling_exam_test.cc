#include "tests/forecasting/engine/autoscaling_exam.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <vector>

#include "tests/forecasting/noise.h"
#include "tests/forecasting/trace.h"

namespace forecasting::testing {
namespace {

TEST_CASE("the player: a step up is met one lead time late by the reactive rule, capacity follows demand down") {
  std::vector<double> demand(100, 100.0);
  for (std::size_t i = 40; i < 60; ++i) demand[i] = 200;
  ExamOptions options{.forecaster = {.step = std::chrono::minutes(10), .season_steps = 0}, .per_replica = 10};
  options.judged_from = 20;
  options.judged_to = 100;
  const ExamResult reactive = play(demand, {{.hold = 0, .forecast = false}}, options).front();
  CHECK(reactive.judged == 80);
  CHECK(reactive.attained == Approx(1 - 4.0 / 80));  // bins 40-43: lead 3 + data age .3, whole bins
  CHECK(reactive.attained_steep ==
        Approx(1 - 4.0 / 77));  // the falls aside, every step is as steep as the steepest tenth
}

TEST_CASE("LLM demand: capacity is there when a ramp arrives, at a bounded price") {
  const auto demand = read_trace("servegen/servegen_language_m-small_total_nan.csv");
  if (!demand) {
    WARN("SKIPPED: ../shared/data/servegen/servegen_language_m-small_total_nan.csv is absent");
    return;
  }
  for (const double per_replica : {25.0, 50.0}) {
    ExamOptions options{.forecaster = {.step = std::chrono::minutes(10), .season_steps = 144},
                        .per_replica = per_replica};
    options.judged_from = static_cast<int>(demand->size()) / 2;
    options.judged_to = static_cast<int>(demand->size());
    const auto results = play(*demand, {{.hold = 0, .forecast = false}, {}}, options);
    const ExamResult& reactive = results[0];
    const ExamResult& ahead = results[1];
    std::printf(
        "%.0f rps a replica: attained %.3f, steepest tenth %.3f (reactive %.3f), cost %.3f of the clairvoyant's\n",
        per_replica, ahead.attained, ahead.attained_steep, reactive.attained_steep, ahead.cost);
    CHECK(ahead.attained >= 0.96);
    CHECK(ahead.attained_steep >= reactive.attained_steep + 0.4);
    CHECK(ahead.attained_steep >= 0.6);
    CHECK(ahead.cost <= 1.7);
  }
}

/// A smooth daily wave in minutes: flat night, a ramp from 6 to 10 o'clock, flat day, a fall from 18 to 23 o'clock.
double daily(int minute) {
  const double hour = static_cast<double>(minute % 1440) / 60;
  const auto smooth = [](double x) { return x <= 0 ? 0.0 : x >= 1 ? 1.0 : x * x * (3 - 2 * x); };
  return 100 + 900 * (smooth((hour - 6) / 4) - smooth((hour - 18) / 5));
}

TEST_CASE("a daily ramp: the upper forecast at the lead covers the morning") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Noise noise(seed);
    Forecaster forecaster(Options{});
    std::vector<double> values;
    std::vector<double> at_lead(9 * 1440, NAN), window(9 * 1440, NAN);
    forecaster.set_planning_horizon(std::chrono::minutes(33));
    int at_lead_covered = 0, window_covered = 0, judged = 0;
    for (int t = 0; t < 8 * 1440; ++t) {
      const double level = daily(t);
      const double value = std::max(0.0, level + 0.03 * level * noise.normal());
      const TimePoint now{std::chrono::minutes(t)};
      forecaster.update(now, value);
      const bool ramp = t >= 4 * 1440 && t % 1440 >= 6 * 60 + 33 && t % 1440 < 10 * 60;
      if (ramp) {
        ++judged;
        at_lead_covered += value <= at_lead[static_cast<std::size_t>(t)];
        window_covered += value <= window[static_cast<std::size_t>(t)];
      }
      const Fan fan = forecaster.fan();
      const auto lead = std::chrono::minutes(33);
      at_lead[static_cast<std::size_t>(t + 33)] = fan.value(now + lead, 0.95);
      window[static_cast<std::size_t>(t + 33)] = fan.pointwise_max(now + lead, now + 2 * lead, 0.95);
    }
    std::printf("morning ramp, seed %d: covered %.3f at the lead, %.3f by the window's maximum; %s\n",
                static_cast<int>(seed), static_cast<double>(at_lead_covered) / judged,
                static_cast<double>(window_covered) / judged, forecaster.summary().model.c_str());
    CHECK(static_cast<double>(at_lead_covered) / judged >= 0.90);
    CHECK(static_cast<double>(window_covered) / judged >= 0.97);
    CHECK(forecaster.summary().skill > 0.5);
  }
}

}  // namespace
}  // namespace forecasting::testing
