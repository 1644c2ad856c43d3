// A wall clock that jumps: what is over within a minute changes nothing, what stays is followed without a window
// getting longer or shorter, and what was read of a time that has not come is read again.
#include <catch2/catch.hpp>

#include "controller/loop/loop_clock.h"
#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

TEST_CASE("loop clock: jumps are followed when they last, small differences step by step") {
  struct Row {
    const char* what;
    std::vector<Millis> offs;   ///< of the wall clock, at one read each 15 s after the first
    std::vector<Millis> ahead;  ///< of now, each time
  };
  const std::vector<Row> rows = {
      {"none", {0s, 0s}, {0s, 0s}},
      {"one that is over", {1h, 1h, 0s, 0s}, {0s, 0s, 0s, 0s}},
      {"one that lasts", {1h, 1h, 1h, 1h, 1h, 1h}, {0s, 0s, 0s, 0s, 1h, 1h}},
      {"back", {-1h, -1h, -1h, -1h, -1h}, {0s, 0s, 0s, 0s, -1h}},
      {"one on top of it begins anew", {1h, 1h, 1h, 2h, 2h, 2h, 2h, 2h}, {0s, 0s, 0s, 0s, 0s, 0s, 0s, 2h}},
      {"there and back again", {1h, 0s, 1h, 1h, 1h, 1h}, {0s, 0s, 0s, 0s, 0s, 0s}},
      {"a drift", {1s, 2s, 3s}, {1s, 2s, 3s}},
      {"a little at once", {14s, 14s, 14s}, {1500ms, 3s, 4500ms}},
      {"a little back at once", {-14s, -14s}, {-1500ms, -3s}},
  };
  for (const auto& row : rows) {
    FakeClock clock;
    LoopClock loop_clock(clock, 15s);
    CHECK(loop_clock.read().now == clock.time);
    Millis moved{0};
    WallTime last = clock.time;
    for (std::size_t i = 0; i < row.offs.size(); ++i) {
      INFO(row.what << ", read " << i);
      clock.time += 15s;
      clock.off = row.offs[i];
      const auto reading = loop_clock.read();
      moved += reading.moved;
      CHECK(reading.now - clock.time == row.ahead[i]);
      CHECK(loop_clock.now() == reading.now);
      CHECK((reading.now > last || reading.moved < Millis(0)));
      const Millis left = row.offs[i] - row.ahead[i];
      CHECK((reading.off == left || (reading.off == Millis(0) && std::chrono::abs(left) <= 15s)));
      last = reading.now;
    }
    CHECK((moved == Millis(0) || moved == row.ahead.back()));
  }
}

/// Ten replicas, for which 95/s need ten.
struct Jumping : World {
  double load = 95;
  Jumping() {
    deployment().replicas = 10;
    cluster.settle("llm", true);
    metrics.series["demand"].value = [this](WallTime) { return load; };
    metrics.series["demand"].evidence = [this](WallTime) {
      ports::Evidence evidence;
      evidence.pods.push_back({"ingress", "gw-0", clock.time - 5s});  // stamped by its own, right clock
      return evidence;
    };
    spec().forecast.model = api::ModelChoice::Off;
  }
  /// Cycles from a fall of demand until replicas are taken away.
  int cycles_to_scale_in() {
    load = 15;
    for (int cycles = 1; cycles < 200; ++cycles) {
      run_for(settings.cycle);
      if (deployment().replicas < 10) return cycles;
    }
    return 0;
  }
};

TEST_CASE("a clock that jumps for some seconds changes nothing") {
  Jumping undisturbed;
  undisturbed.run_for(5min);
  const int usual = undisturbed.cycles_to_scale_in();
  REQUIRE(usual > 0);
  for (const Millis jump : {Millis(-1h), Millis(-10min), Millis(2min), Millis(10min), Millis(24h)}) {
    INFO(format_duration(jump < Millis(0) ? -jump : jump) << (jump < Millis(0) ? " back" : " ahead"));
    Jumping world;
    world.run_for(4min);
    world.clock.off = jump;
    world.run_for(45s);
    CHECK(world.reporter.cycle.clock_off == jump);
    CHECK(world.deployment().replicas == 10);
    world.clock.off = 0s;
    world.run_for(15s);
    CHECK(world.reporter.cycle.clock_off == Millis(0));
    CHECK(world.reporter.cycle.at == world.clock.time - 15s);
    const int cycles = world.cycles_to_scale_in();
    CHECK(cycles == usual);
    world.load = 150;
    world.run_for(30s);
    CHECK(world.deployment().replicas == 15);
  }
}

TEST_CASE("a clock that jumps for good is followed, and no window gets longer or shorter") {
  Jumping undisturbed;
  undisturbed.run_for(5min);
  const int usual = undisturbed.cycles_to_scale_in();
  REQUIRE(usual > 0);
  for (const Millis jump : {Millis(-1h), Millis(-10min), Millis(10min), Millis(24h)}) {
    INFO(format_duration(jump < Millis(0) ? -jump : jump) << (jump < Millis(0) ? " back" : " ahead"));
    Jumping world;
    world.clock.off = -jump;  // wrong at first, right afterwards
    world.restart();
    world.run_for(210s);
    world.clock.off = 0s;
    Millis moved{0};
    world.reporter.also = [&](const ports::CycleReport& report) { moved += report.clock_moved; };
    world.run_for(90s);
    CHECK(moved == jump);
    CHECK(world.reporter.cycle.at == world.clock.time - 15s);
    CHECK(world.cycles_to_scale_in() == usual);
  }
}

TEST_CASE_METHOD(Jumping, "in a jump ahead that may be true nothing is scaled in: what is read may be as old") {
  run_for(5min);
  load = 15;
  run_for(4min + 30s);
  REQUIRE(deployment().replicas == 10);
  clock.off = 1h;
  run_for(45s);
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").message.find("the clock jumped ahead by 1h") != std::string::npos);
  load = 150;  // what there is may raise
  run_for(15s);
  CHECK(deployment().replicas == 15);
}

TEST_CASE_METHOD(Jumping, "samples that are dated ahead do not count as fresh, and are said") {
  run_for(1min);
  metrics.series["demand"].evidence = [this](WallTime) {
    ports::Evidence evidence;
    evidence.pods.push_back({"ingress", "gw-0", clock.time + 1h});
    return evidence;
  };
  load = 15;
  run_for(20min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").message.find("1 sources whose newest sample is dated later than now") !=
        std::string::npos);
}

/// Demand was 25/s an hour ago and is 95/s now; the server answers for the moment that it is asked for.
struct Ramp : Jumping {
  WallTime begin = clock.time;
  Ramp() {
    auto& demand = metrics.series["demand"];
    demand.value = [this](WallTime at) { return at < begin - 5min ? 25.0 : 95.0; };
    demand.evidence = [](WallTime at) {
      ports::Evidence evidence;
      evidence.pods.push_back({"ingress", "gw-0", at - 5s});
      return evidence;
    };
  }
};

TEST_CASE_METHOD(Ramp, "a clock that is set back asks for a past that looks fresh: it lowers nothing, and is said") {
  run_for(3min);
  clock.off = -1h;
  run_for(12min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").reason == "MetricsPartial");
  CHECK(condition("MetricsHealthy").message.find("later were read before: the clock was set back") !=
        std::string::npos);
  clock.off = 0s;
  run_for(3min);
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Ramp, "a clock that was ahead and is right again holds nothing") {
  clock.off = 1h;
  auto& demand = metrics.series["demand"];
  demand.evidence = [this](WallTime at) {
    ports::Evidence evidence;
    evidence.pods.push_back({"ingress", "gw-0", std::min(at, clock.time) - 5s});
    return evidence;
  };
  restart();
  run_for(5min);
  clock.off = 0s;
  run_for(2min);
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Jumping, "a history that was read of a time to come is read again, and not forecast from meanwhile") {
  spec().forecast.model = api::ModelChoice::LastValue;
  spec().forecast.history = 12h;
  spec().forecast.seasons = {};
  clock.off = 3h;
  restart();
  run_for(2min);
  REQUIRE(condition("ForecastEligible").status == api::ConditionStatus::True);
  clock.off = 0s;
  run_for(1min);
  metrics.series["demand"].range_error = Error{ErrorKind::Timeout, "no answer within 7.5s", {}};
  run_for(30s);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::False);
  CHECK(condition("ForecastEligible").message.find("the clock was ahead, and history is being read again") !=
        std::string::npos);
  CHECK(condition("Ready").reason == "WarmingUp");
  metrics.series["demand"].range_error.reset();
  run_for(2min);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
  for (const auto& query : metrics.asked) CHECK(query.end <= clock.time);
}

}  // namespace
}  // namespace aia::loop::fakes
