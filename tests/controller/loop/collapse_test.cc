// A collapse of demand: when it begins, what ends it, what is kept meanwhile.
#include "controller/loop/demand/collapse.h"

#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"
#include "tests/start.h"

namespace aia::loop::fakes {
namespace {

/// P10 90, P50 100, P95 120 for the hour to come.
forecasting::Fan usual() {
  forecasting::Fan fan;
  fan.origin = kStart - 1min;
  fan.levels = {0.1, 0.5, 0.95};
  fan.offsets = {1min, 60min};
  fan.values = {{90, 100, 120}, {90, 100, 120}};
  fan.latest = 100;
  return fan;
}

/// After an hour of 100.
Collapse steady() {
  Collapse collapse(24h);
  for (int minute = 60; minute > 0; --minute) collapse.learn(100, kStart - minute * 1min, 1min);
  return collapse;
}

TEST_CASE("the end of a burst is no collapse, however far below the forecast it falls") {
  Collapse collapse = steady();
  for (int minute = 0; minute < 10; ++minute) collapse.learn(0, kStart + minute * 1min, 1min);
  collapse.look(0, usual(), 0.95, 10, 1h, kStart + 10min);
  CHECK(collapse.is_on());
  Collapse quiet(24h);
  for (int minute = 60; minute > 0; --minute) quiet.learn(minute > 20 ? 2 : 100, kStart - minute * 1min, 1min);
  quiet.look(2, usual(), 0.95, 10, 1h, kStart);
  CHECK_FALSE(quiet.is_on());
}

TEST_CASE("demand collapses below half of the lowest quantile and is back at half of the planning quantile") {
  struct Row {
    double demand;
    bool is_on;
  };
  Collapse collapse = steady();
  for (const auto& [demand, is_on] : {Row{46, false}, Row{44, true}, Row{46, true}, Row{59, true}, Row{60, false},
                                      Row{46, false}, Row{0, true}, Row{100, false}}) {
    INFO(demand);
    collapse.look(demand, usual(), 0.95, 10, 1h, kStart);
    CHECK(collapse.is_on() == is_on);
  }
  collapse.look(0, {}, 0.95, 10, 1h, kStart);
  CHECK_FALSE(collapse.is_on());  // nothing was forecast
  collapse.look(0, usual(), 0.95, 91, 1h, kStart);
  CHECK_FALSE(collapse.is_on());  // not one replica's worth
}

TEST_CASE("it is held against the forecast of before, and ends when the forecast has come down after it has lasted") {
  Collapse collapse = steady();
  auto fan = usual();
  for (Millis passed{0}; passed <= 2h; passed += 1min) {
    if (passed > 10min) fan.values = forecasting::Matrix(2, 3);  // it learns
    if (passed > 40min) fan = usual();                           // and for a while expects it back
    if (passed > 90min) fan.values = forecasting::Matrix(2, 3);
    collapse.look(0, fan, 0.95, 10, 1h, kStart + passed);
    CHECK(collapse.is_on() == (passed <= 90min));
  }
}

/// Ten days of 400/s by day and 100/s by night, at a step of five minutes.
struct Rhythm : World {
  double share = 1;  // of usual demand that arrives
  Rhythm() {
    settings.grid_step = 5min;
    settings.cycle = 1min;
    spec().max_replicas = 60;
    spec().forecast.history = 240h;
    deployment().lead = 7min;
    deployment().replicas = 40;
    cluster.settle("llm", true);
    const auto begin = clock.time;
    metrics.series["demand"].value = [this, begin](WallTime at) {
      const double hour = std::chrono::duration<double, std::ratio<3600>>(at.time_since_epoch()).count();
      const double usual = 250 + 150 * std::cos((hour - 12) / 24 * 2 * 3.14159265358979);  // most at noon
      return at < begin ? usual : usual * share;
    };
    metrics.series["demand"].from = begin - 240h;
    restart();
    run_for(4h);  // from eight o'clock
  }
};

TEST_CASE_METHOD(Rhythm, "ten minutes of zero keep every replica, and the forecast expects demand back") {
  const int before = deployment().replicas;
  REQUIRE(condition("ForecastEligible").status == api::ConditionStatus::True);
  REQUIRE(before > 30);
  share = 0;
  run_for(10min);
  CHECK(deployment().replicas == before);
  CHECK(condition("ScaleInHeld").reason == "DemandCollapsed");
  share = 1;
  run_for(2min);
  CHECK(condition("ScaleInHeld").reason != "DemandCollapsed");
  CHECK(deployment().replicas >= before - 1);
}

TEST_CASE_METHOD(Rhythm, "a service that is switched off gives back in steps and is empty after an hour") {
  const int before = deployment().replicas;
  share = 0;
  run_for(13min);
  CHECK(deployment().replicas == before);
  run_for(20min);
  CHECK(deployment().replicas < before);
  CHECK(deployment().replicas > 1);
  run_for(40min);  // the hour, and the window of five minutes
  CHECK(deployment().replicas == 1);
  run_for(6h);  // nothing comes back: the forecast learns it
  CHECK(deployment().replicas == 1);
}

TEST_CASE("a second collapse within the hour, whose zeros the forecast has learned by then, is one, too") {
  Collapse collapse = steady();
  collapse.look(100, usual(), 0.95, 10, 1h, kStart);
  auto learned = usual();
  learned.values = {{0, 100, 120}, {0, 100, 120}};
  WallTime now = kStart;
  const auto look = [&](double demand, const forecasting::Fan& fan) {
    now += 1min;
    collapse.look(demand, fan, 0.95, 10, 1h, now);
    collapse.learn(demand, now, 1min);
    return collapse.is_on();
  };
  for (int minute = 0; minute < 16; ++minute) CHECK(look(0, minute < 8 ? usual() : learned));
  for (int minute = 0; minute < 8; ++minute) CHECK_FALSE(look(100, learned));
  CHECK(look(0, learned));
}

TEST_CASE("a slow fall that the forecast follows is a collapse when it has gone far below what was forecast before") {
  Collapse collapse = steady();
  double demand = 100;
  std::optional<double> began_at;
  for (int minute = 1; minute <= 30; ++minute) {
    demand -= 100.0 / 30;
    auto fan = usual();
    fan.origin = kStart + minute * 1min;
    for (std::size_t k = 0; k < fan.values.rows(); ++k) {
      for (double& quantile : fan.values.row(k)) quantile *= demand / 100;
    }
    fan.latest = demand;
    collapse.look(demand, fan, 0.95, 10, 1h, fan.origin);
    collapse.learn(demand, fan.origin, 1min);
    if (collapse.is_on() && !began_at) began_at = demand;
  }
  REQUIRE(began_at);
  CHECK(*began_at >= 30);
}

TEST_CASE("a collapse that began before the process did goes on, and ends when half of what was expected is back") {
  Collapse collapse(24h);
  collapse.restore(kStart - 5min, 120);
  CHECK(collapse.since() == kStart - 5min);
  CHECK(collapse.expected(kStart, 0.95) == 120);
  auto learned = usual();
  learned.values = forecasting::Matrix(2, 3);
  collapse.look(0, learned, 0.95, 10, 1h, kStart);
  CHECK(collapse.is_on());
  collapse.look(59, learned, 0.95, 10, 1h, kStart);
  CHECK(collapse.is_on());
  collapse.look(60, learned, 0.95, 10, 1h, kStart);
  CHECK_FALSE(collapse.is_on());
}

TEST_CASE("what fell at this time of day the day before falls again: no collapse") {
  for (const int jitter_min : {-25, -15, 0, 15, 25}) {
    Collapse collapse(24h);
    for (int minute = 25 * 60; minute > 0; --minute)
      collapse.learn(minute > 24 * 60 - jitter_min || minute < 12 * 60 ? 100 : 0, kStart - minute * 1min, 1min);
    collapse.look(0, usual(), 0.95, 10, 1h, kStart);
    INFO(jitter_min);
    CHECK(collapse.is_on() == (jitter_min > 20));
  }
}

TEST_CASE("a fall that was forecast within the next minutes is no collapse") {
  auto falling = usual();
  falling.offsets = {1min, 12min, 13min, 60min};
  falling.values = {{90, 100, 120}, {90, 100, 120}, {0, 0, 5}, {0, 0, 5}};
  Collapse collapse = steady();
  for (int minute = 0; minute < 10; ++minute) {
    collapse.look(100, falling, 0.95, 10, 1h, kStart + minute * 1min);
    collapse.learn(100, kStart + minute * 1min, 1min);
  }
  auto now = falling;
  now.values = forecasting::Matrix(4, 3);
  collapse.look(0, now, 0.95, 10, 1h, kStart + 13min);
  CHECK_FALSE(collapse.is_on());
}

/// 400 requests/s, but none in an outage of the service before it.
struct UpstreamOutage : World {
  bool is_out = false;
  UpstreamOutage() {
    deployment().replicas = 42;
    spec().max_replicas = 80;
    spec().lead_time = 7min;
    spec().forecast.history = 12h;
    spec().forecast.seasons = {};
    cluster.settle("llm", true);
    metrics.series["demand"].value = [this, begin = clock.time](WallTime at) {
      const auto minute = (at - begin) / 1min;
      return is_out && at >= out_since ? 0 : 400.0 + 3.0 * static_cast<double>(minute % 7 - 3);
    };
  }
  void begin() { out_since = clock.time, is_out = true; }
  WallTime out_since{};
};

TEST_CASE_METHOD(UpstreamOutage, "a process that starts in the middle of a collapse keeps what the one before kept") {
  run_for(10min);
  const int before = deployment().replicas;
  REQUIRE(before >= 40);
  begin();
  run_for(4min);
  REQUIRE(condition("ScaleInHeld").reason == "DemandCollapsed");
  REQUIRE(status().collapses.size() == 1);
  CHECK(status().collapses[0].replicas == before);
  restart();
  run_for(9min);
  CHECK(deployment().replicas == before);
  CHECK(condition("ScaleInHeld").reason == "DemandCollapsed");
  run_for(10min);  // two lead times have passed, not an hour
  CHECK(deployment().replicas < before);
  CHECK(deployment().replicas > before / 2);
  SECTION("demand is back") {
    is_out = false;
    run_for(1min);
    CHECK(deployment().replicas >= 40);
    CHECK(status().collapses.empty());
  }
  SECTION("the service is switched off") {
    run_for(50min);
    CHECK(deployment().replicas == spec().min_replicas);
  }
}

TEST_CASE_METHOD(UpstreamOutage, "demand that falls as pods are lost is no collapse: the forecast is followed") {
  run_for(10min);
  deployment().lose(deployment().replicas * 2 / 3);
  begin();
  run_for(5min);
  CHECK(condition("ScaleInHeld").reason != "DemandCollapsed");
  CHECK(status().collapses.empty());
}

}  // namespace
}  // namespace aia::loop::fakes
