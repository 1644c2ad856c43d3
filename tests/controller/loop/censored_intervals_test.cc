// A sum that lacks a source teaches nothing downward: not while one is known to be silent, and not when a server comes
// back that has not scraped everyone yet.
#include "controller/loop/demand/censored_intervals.h"

#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"
#include "tests/start.h"

namespace aia::loop::fakes {
namespace {

TEST_CASE("doubt: which points it covers") {
  struct Row {
    const char* what;
    std::vector<bool> looks;   ///< one a minute, the first at minute 1: whether all were seen
    std::vector<int> covered;  ///< of the half minutes up to the last look: minute + 30 s
    int window = 0;            ///< rate window in minutes
  };
  const std::vector<Row> rows = {
      {"nothing is wrong", {true, true, true}, {}},
      {"since all were seen, until they are again", {true, false, false, true, true}, {1, 2, 3}},
      {"who is back counts after the rate window", {true, false, true, true, true, true}, {1, 2, 3, 4}, 2},
      {"while it lasts", {true, true, false, false}, {2, 3}},
      {"from the first look on", {false, false, true, true}, {1, 2}},
      {"several are remembered", {true, false, true, true, false, true, true}, {1, 2, 4, 5}},
  };
  for (const auto& row : rows) {
    CensoredIntervals censored;
    for (std::size_t i = 0; i < row.looks.size(); ++i)
      censored.look(row.looks[i], kStart + std::chrono::minutes(i + 1), std::chrono::minutes(row.window));
    std::vector<int> covered;
    for (int minute = 0; minute < static_cast<int>(row.looks.size()); ++minute) {
      if (censored.covers(kStart + std::chrono::minutes(minute) + 30s)) covered.push_back(minute);
    }
    INFO(row.what);
    CHECK(covered == row.covered);
  }
}

TEST_CASE("doubt: where sources come and go all day most is believed") {
  CensoredIntervals censored;
  int points = 0;
  for (int minute = 0; minute < 48 * 60; ++minute) {
    const WallTime now = kStart + std::chrono::minutes(minute);
    censored.look(minute % 15 == 0, now, 1min);
    points += censored.censors(now - 30s, 1min, 10min) ? 1 : 0;
  }
  CHECK(points == 2 * 60);  // an hour a day
}

TEST_CASE("sources: silence counts while somebody looks") {
  Settings settings;
  Sources sources;
  const auto look = [&](Millis at, std::initializer_list<const char*> who) {
    ports::Evidence evidence;
    for (const char* one : who) evidence.pods.push_back({"", "", kStart + at - 5s, one});
    sources.observe(evidence, kStart + at, settings);
    return sources.heard().size();
  };
  look(0s, {"a", "b"});
  CHECK(look(5h, {"a"}) == 2);  // an outage
  CHECK(sources.heard().begin()->second == kStart + 5h);
  CHECK(std::next(sources.heard().begin())->second < kStart + 5h);  // silent, if only just
  for (Millis at = 5h; at <= 5h + 10min; at += 15s) look(at, {"a"});
  CHECK(sources.heard().size() == 1);
  settings.cycle = 5min;  // as slow as it may be, looking is looking
  for (Millis at = 6h; at <= 6h + 20min; at += 5min)
    look(at, at == 6h ? std::initializer_list<const char*>{"a", "b"} : std::initializer_list<const char*>{"a"});
  CHECK(sources.heard().size() == 1);
}

/// 95 requests/s through two gateways, of which the second can fall silent.
struct TwoGateways : World {
  int gateways = 2;
  std::function<bool(WallTime)> half = [this](WallTime) { return gateways < 2; };
  std::function<double(WallTime)> load = [](WallTime) { return 1; };
  Millis window{0};

  explicit TwoGateways(api::ModelChoice model, Millis history = 12h, double quantile = 0.95) {
    clock.time += 7s;  // looks lie beside the minutes
    spec().forecast.model = model;
    spec().forecast.history = history;
    spec().forecast.quantile = quantile;
    spec().forecast.seasons = {1h};
    spec().lead_time = 5min;
    demand().value = [this](WallTime at) {
      return load(at) * (95 + std::fmod(at.time_since_epoch() / 1min, 7)) / (half(at) ? 2 : 1);
    };
    demand().evidence = [this](WallTime at) {
      ports::Evidence evidence;
      evidence.rate_window = window;
      for (int i = 0; i < gateways; ++i) evidence.pods.push_back({"", "", at - 5s, "10.0.0." + std::to_string(i)});
      return evidence;
    };
    run_for(15min);
  }
  FakeSeries& demand() { return metrics.series["demand"]; }
  double upper() { return reporter.cycle.objects.at(0).demand.at(0).upper.value(); }
  double ahead() { return reporter.cycle.objects.at(0).demand.at(0).ahead.value(); }
};

constexpr double kCalm = 105;  // demand is 95 to 101
constexpr api::ModelChoice kModels[]{api::ModelChoice::Auto, api::ModelChoice::HoltWinters,
                                     api::ModelChoice::SeasonalNaive, api::ModelChoice::LastValue};

TEST_CASE("doubt: Prometheus comes back and has scraped one of two when a point falls due") {
  for (const auto model : kModels) {
    TwoGateways world(model, 3h, 0.99);  // one point of three hours is a hundredth and more
    REQUIRE(world.upper() < kCalm);
    world.demand().error = Error{ErrorKind::Unavailable, "connection refused", {}};
    world.run_for(1min);
    world.demand().error.reset();
    const WallTime back = world.clock.time;  // the first look since; the minute was full between it and the last
    world.half = [back](WallTime at) { return back - 15s < at && at < back; };
    world.run_for(30min);
    INFO(api::to_string(model));
    CHECK(world.upper() < kCalm);
    CHECK(world.ahead() > 90);
  }
}

TEST_CASE("doubt: what was half of a sum for nine minutes is neither expected nor feared afterwards") {
  for (const auto model : kModels) {
    TwoGateways world(model);
    REQUIRE(world.upper() < kCalm);
    world.gateways = 1;
    world.half = [from = world.clock.time, to = world.clock.time + 9min](WallTime at) { return from <= at && at < to; };
    world.run_for(9min, [&] { CHECK(world.deployment().replicas >= 10); });
    world.gateways = 2;
    world.run_for(30min);
    INFO(api::to_string(model));
    CHECK(world.upper() < kCalm);
    CHECK(world.ahead() > 90);
  }
}

TEST_CASE("doubt: as Prometheus goes its sources get too old one by one") {
  for (const auto model : kModels) {
    TwoGateways world(model, 3h, 0.99);
    const WallTime gone = world.clock.time + 5min;  // its look-back
    world.half = [gone](WallTime at) { return gone <= at && at < gone + 1min; };
    world.demand().error = Error{ErrorKind::Unavailable, "connection refused", {}};
    world.run_for(10min);
    world.demand().error.reset();
    world.run_for(30min);
    INFO(api::to_string(model));
    CHECK(world.upper() < kCalm);
  }
}

TEST_CASE("doubt: a rate has nobody who was scraped once since") {
  TwoGateways world(api::ModelChoice::LastValue, 3h, 0.99);
  world.window = 1min;
  world.demand().error = Error{ErrorKind::Unavailable, "connection refused", {}};
  world.run_for(1min);
  world.demand().error.reset();
  const WallTime back = world.clock.time;  // both have a new sample by now, one its second half a minute later
  world.half = [back](WallTime at) { return back - 15s < at && at < back + 55s; };
  world.run_for(30min);
  CHECK(world.upper() < kCalm);
}

TEST_CASE("doubt: a source that was silent before an outage and after it") {
  for (const auto model : kModels) {
    TwoGateways world(model);
    world.half = [from = world.clock.time, to = world.clock.time + 34min](WallTime at) {
      return from <= at && at < to;
    };
    world.gateways = 1;
    world.run_for(2min);
    world.demand().error = Error{ErrorKind::Timeout, "no answer", {}};  // between us and it: it goes on scraping
    world.run_for(30min);
    world.demand().error.reset();
    world.run_for(2min);
    world.gateways = 2;
    world.run_for(20min);
    INFO(api::to_string(model));
    CHECK(world.upper() < kCalm);
    CHECK(world.ahead() > 90);
  }
}

TEST_CASE("doubt: a rise is seen through what is left") {
  for (const auto model : kModels) {
    TwoGateways world(model);
    world.gateways = 1;
    world.half = [](WallTime) { return false; };
    world.load = [from = world.clock.time](WallTime at) {
      return at < from ? 1.0 : 1 + 0.2 * std::chrono::duration<double, std::ratio<60>>(at - from).count();
    };
    world.run_for(8min);
    INFO(api::to_string(model));
    CHECK(world.upper() > 200);  // 95 · 2.6
  }
}

TEST_CASE("doubt: it is told under another word, too") {
  TwoGateways world(api::ModelChoice::LastValue);
  world.gateways = 1;
  world.half = [from = world.clock.time, to = world.clock.time + 9min](WallTime at) { return from <= at && at < to; };
  world.demand().warnings = {"partial response: one store is away"};
  world.run_for(9min);
  world.demand().warnings.clear();
  world.gateways = 2;
  world.run_for(30min);
  CHECK(world.upper() < kCalm);
}

TEST_CASE("doubt: a source that is gone for good is forgotten, and what is left is learned") {
  for (const auto model : kModels) {
    TwoGateways world(model);
    world.half = [from = world.clock.time](WallTime at) { return from <= at; };
    world.gateways = 1;
    world.run_for(90min);
    INFO(api::to_string(model));
    CHECK(world.ahead() < 60);
    CHECK(world.deployment().replicas <= 8);
  }
}

TEST_CASE("doubt: an outage longer than the memory of sources does not make half a sum whole") {
  TwoGateways world(api::ModelChoice::Off);
  world.demand().error = Error{ErrorKind::Unavailable, "connection refused", {}};
  world.run_for(30min);
  world.demand().error.reset();
  world.gateways = 1;
  world.run_for(9min, [&] { CHECK(world.deployment().replicas >= 10); });
  CHECK(world.condition("MetricsHealthy").reason == "MetricsPartial");
}

}  // namespace
}  // namespace aia::loop::fakes
