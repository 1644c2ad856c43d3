// Golden scenarios in virtual time: an hourly season with a steep ramp, replicas that take five minutes to be Ready.
// What the forecast is for is seen here: it starts them before the ramp, where the reactive rule starts them on it.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// 30 requests/s, from minute 30 rising to 150 at minute 36, back at minute 50.
double hourly(WallTime at) {
  const double minute = std::fmod(std::chrono::duration<double, std::ratio<60>>(at.time_since_epoch()).count(), 60);
  if (minute < 30 || minute >= 50) return 30;
  return minute < 36 ? 30 + (minute - 30) * 20 : 150;
}

struct Hourly : World {
  Hourly() {
    deployment().replicas = 4;
    cluster.settle("llm", true);
    metrics.series["demand"].value = hourly;
    spec().forecast.history = 12h;
    spec().forecast.seasons = {1h};
    spec().lead_time = 5min;
  }
  /// Replicas missing, summed over the cycles of an hour, in replica-minutes.
  double shortage() {
    double missing = 0;
    run_for(1h, [&] { missing += std::max(0.0, std::ceil(hourly(clock.time) / 10) - ready()) * 0.25; });
    return missing;
  }
};

TEST_CASE_METHOD(Hourly, "a ramp is anticipated, the reactive rule alone comes late") {
  const double with_forecast = shortage();
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
  CHECK(cluster.forecasts.at("llm.requests").status.fan.size() >= 5);
  Hourly reactive;
  reactive.spec().forecast.model = api::ModelChoice::Off;
  const double without = reactive.shortage();
  INFO("replica-minutes short: " << with_forecast << " with, " << without << " without a forecast");
  CHECK(without > 20);
  CHECK(with_forecast < 0.2 * without);
  CHECK(reactive.condition("ForecastEligible").message.find("None") != std::string::npos);
}

TEST_CASE_METHOD(Hourly, "a query that never gave one number is not forecast from, however good its past") {
  auto& series = metrics.series["demand"];
  series.series_now = 2;
  run_for(1h);
  CHECK(deployment().replicas == 4);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::False);
  series.series_now.reset();
  cycle();  // the query was mended, and breaks again
  clock.time += settings.cycle;
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
  series.series_now = 2;
  run_for(50min);
  CHECK(deployment().replicas > 4);
}

TEST_CASE_METHOD(Hourly, "what was forecast for now stands beside what came") {
  spec().forecast.model = api::ModelChoice::SeasonalNaive;  // every hour is the last one: it should be near
  double missed = 0;
  int held = 0, compared = 0;
  reporter.also = [&](const ports::CycleReport& report) {
    const auto& demand = report.objects.at(0).demand.at(0);
    if (!demand.then || !demand.then->upper) return;
    ++compared;
    held += *demand.now <= *demand.then->upper + 1e-9 ? 1 : 0;
    missed += std::abs(*demand.then->ahead - *demand.now);
  };
  run_for(1h);
  CHECK(compared > 200);
  CHECK(held > compared * 9 / 10);
  CHECK(missed / compared < 5);  // of 30 to 150
}

TEST_CASE_METHOD(Hourly, "a bad sample in the history is not learned, and that is said") {
  run_for(1h);
  const auto upper = reporter.cycle.objects.at(0).demand.at(0).upper;
  REQUIRE(upper);
  Hourly spoiled;
  const WallTime bad = spoiled.clock.time - 35min;
  spoiled.metrics.series["demand"].value = [bad](WallTime at) {
    return hourly(at) * (at >= bad && at < bad + 2min ? 2550 : 1);
  };
  spoiled.run_for(1h);
  const auto& report = spoiled.reporter.cycle.objects.at(0).demand.at(0);
  CHECK(report.left_out == 2);
  CHECK(*report.upper < 1.5 * *upper);
  CHECK(spoiled.condition("ForecastEligible").status == api::ConditionStatus::True);
  CHECK(spoiled.condition("ForecastEligible").message.find("2 values are left out so far") != std::string::npos);
}

TEST_CASE_METHOD(Hourly, "a step far above all before waits, stays eligible and is learned when it has lasted") {
  run_for(20min);
  const WallTime from = clock.time;
  metrics.series["demand"].value = [from](WallTime at) { return at < from ? hourly(at) : 3000; };
  run_for(150s);  // two points, of which one bad sample without a rate window makes no more
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
  CHECK(condition("ForecastEligible").message.find("wait until they last") != std::string::npos);
  run_for(2min);
  CHECK(condition("ForecastEligible").message.find("wait until they last") == std::string::npos);
  CHECK(reporter.cycle.objects.at(0).demand.at(0).left_out == 0U);
  CHECK(*reporter.cycle.objects.at(0).demand.at(0).upper > 2000);
}

TEST_CASE_METHOD(Hourly, "a restart mid-ramp scales nothing in, and loses nothing") {
  run_for(33min);
  const int before = deployment().replicas;
  CHECK(before > 8);
  restart();
  const auto writes = cluster.scale_writes.size();
  run_for(settings.scale_down_stabilization, [&] { CHECK(deployment().replicas >= before); });
  for (auto i = writes; i < cluster.scale_writes.size(); ++i) CHECK(cluster.scale_writes[i].replicas >= before);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Hourly, "a restart after the peak holds for a whole stabilisation window") {
  spec().forecast.model = api::ModelChoice::Off;
  run_for(51min);
  REQUIRE(deployment().replicas == 15);  // demand needs 3 by now
  restart();
  run_for(settings.scale_down_stabilization, [&] { CHECK(deployment().replicas == 15); });
  run_for(1min);
  CHECK(deployment().replicas == 3);
}

TEST_CASE_METHOD(Hourly, "history that is still being read scales nothing in") {
  deployment().replicas = 20;
  cluster.settle("llm", true);
  metrics.series["demand"].range_error = Error{ErrorKind::Timeout, "no answer within 7.5s", {}};
  run_for(20min);
  CHECK(deployment().replicas == 20);
  CHECK(condition("Ready").reason == "WarmingUp");
  metrics.series["demand"].range_error.reset();
  run_for(20min);
  CHECK(deployment().replicas < 20);
}

TEST_CASE_METHOD(Hourly,
                 "Prometheus is away for a while: the forecast expires, then catches up without losing a point") {
  cycle();
  metrics.series["demand"].range_error = Error{ErrorKind::Unavailable, "connection refused", {}};
  run_for(5min);
  CHECK(condition("ForecastEligible").reason == "ReactiveOnly");
  CHECK(condition("ForecastEligible").message.find("old") != std::string::npos);
  metrics.series["demand"].range_error.reset();
  cycle();
  REQUIRE(metrics.asked.size() == 2);
  CHECK(metrics.asked[1].end - *metrics.asked[1].start >= 4min);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Hourly, "a history that came back empty is said to be, whatever was judged since") {
  const std::string empty = "the history came back empty: in 12h the query has no point";
  SECTION("the metric is new") {
    metrics.series["demand"].from = clock.time;
    run_for(2min);
    CHECK_THAT(condition("ForecastEligible").message, Catch::Contains(empty));
    run_for(15min);
    CHECK_THAT(condition("ForecastEligible").message,
               Catch::Contains(empty) && Catch::Contains("(so far: LastValue has judged "));
    run_for(4h);  // until it has learned enough
    CHECK_THAT(condition("ForecastEligible").message, !Catch::Contains("came back empty"));
  }
  SECTION("there is a past, short as it is") {
    metrics.series["demand"].from = clock.time - 10min;
    run_for(15min);
    CHECK_THAT(condition("ForecastEligible").message,
               !Catch::Contains("came back empty") && Catch::Contains("LastValue has judged "));
  }
}

TEST_CASE_METHOD(Hourly, "a long history is read in pages, at once") {
  settings.history_page_points = 100;
  restart();
  int cycles = 0;
  do {
    cycle();
    ++cycles;
    REQUIRE(cycles < 20);
  } while (loop->catching_up());
  CHECK(cycles == 8);  // 721 points
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(Hourly, "another query is another forecaster, another capacity is not") {
  cycle();
  const auto history_asked = [&] {
    return metrics.asked.size() == 2 && metrics.asked[1].end - *metrics.asked[1].start > 10h;
  };
  CHECK(history_asked());
  spec().demand[0].capacity_per_replica = 12;
  clock.time += 15s;
  cycle();
  CHECK_FALSE(history_asked());
  metrics.series["other"] = metrics.series["demand"];
  spec().demand[0].query = "other";
  clock.time += 15s;
  cycle();
  CHECK(history_asked());
}

TEST_CASE_METHOD(Hourly, "a queue and a utilization are never forecast") {
  spec().demand[0].kind = api::DemandKind::Queue;
  cycle();
  CHECK(metrics.asked.size() == 1);
  CHECK(condition("ForecastEligible").message.find("reactive only") != std::string::npos);
}

TEST_CASE_METHOD(Hourly, "the lead time is measured on the pods that start, and outlives a restart in status") {
  spec().lead_time.reset();
  run_for(1h);
  CHECK(status().lead_time.source == api::LeadTimeSource::Measured);
  CHECK(status().lead_time.p90 == 5min);
  restart();
  cycle();
  CHECK(status().lead_time.source == api::LeadTimeSource::Measured);
}

}  // namespace
}  // namespace aia::loop::fakes
