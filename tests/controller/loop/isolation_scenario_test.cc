// Golden scenarios: what one object's trouble does to the others, which is nothing.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// "slow" asks a query that never answers before the deadline; "llm" is sound.
struct SlowNeighbour : World {
  const Millis kAnswers = 3 * (settings.observation_deadline() / 4);  // the last quarter is the evidence's
  std::vector<WallTime> batches;                                      // when each batch of queries went out
  bool slow_now = true;

  SlowNeighbour() {
    add("slow", 2, "slow demand");
    spec().forecast.model = api::ModelChoice::Off;  // so that its replicas follow its demand
    metrics.on_query = [this](Millis deadline) {
      batches.push_back(clock.time);
      auto& series = metrics.series["slow demand"];
      series.error.reset();
      for (const auto& query : metrics.asked) {
        if (query.promql != "slow demand" || !slow_now) continue;
        clock.time += deadline;  // the batch waits for its slowest
        series.error = Error{ErrorKind::Timeout, "no answer within the deadline", {}};
        break;
      }
    };
  }
  /// One cycle, beginning at the returned time.
  WallTime cycle_now() {
    const auto begun = clock.time;
    batches.clear();
    cycle();
    return begun;
  }
};

TEST_CASE_METHOD(SlowNeighbour, "a query that takes too long delays the others once, then only its own object") {
  cycle_now();
  CHECK(batches.size() == 1);  // nobody knew
  for (int i = 0; i < 5; ++i) {
    clock.time += settings.cycle;
    const double demand = 100 + 50 * i;
    metrics.series["demand"].value = [=](WallTime) { return demand; };
    const auto writes = cluster.scale_writes.size();
    const auto begun = cycle_now();
    CHECK(batches == std::vector<WallTime>{begun, begun});
    REQUIRE(cluster.scale_writes.size() == writes + 1);
    CHECK(cluster.scale_writes.back().at == begun);  // before the slow one was even asked
    CHECK(clock.time == begun + kAnswers);
    REQUIRE(reporter.cycle.objects.size() == 2);
    CHECK(reporter.cycle.objects[0].key.name == "llm");
    CHECK(reporter.cycle.objects[1].key.name == "slow");
    CHECK(reporter.cycle.steps.size() == 5);
    CHECK(reporter.cycle.took == kAnswers);
  }
  CHECK(condition("MetricsHealthy", "slow").reason == "MetricsMissing");
  CHECK(condition("MetricsHealthy").reason == "Whole");
}

TEST_CASE_METHOD(World,
                 "a pass waits for half a cycle, however slow all three parts of it are, and none gets nothing") {
  std::vector<Millis> given;
  const auto take_all = [&](Millis deadline) {
    given.push_back(deadline);
    clock.time += deadline;
  };
  bool targets_slow = true;
  cluster.on_targets = [&] {
    if (targets_slow) take_all(cluster.targets_deadline);
  };
  metrics.on_query = take_all;
  metrics.on_evidence = take_all;
  auto begun = clock.time;
  cycle();
  const Millis quarter = settings.observation_deadline() / 4;
  CHECK(given == std::vector<Millis>{2 * quarter, quarter, quarter});
  CHECK(clock.time - begun == settings.cycle / 2);
  // What a fast part leaves is the next one's.
  given.clear();
  targets_slow = false;
  begun = clock.time;
  cycle();
  CHECK(given == std::vector<Millis>{3 * quarter, quarter});
  CHECK(clock.time - begun == settings.cycle / 2);
}

TEST_CASE_METHOD(SlowNeighbour, "one that answers again goes with the others again") {
  run_for(1min);
  slow_now = false;
  cycle_now();
  CHECK(batches.size() == 2);
  clock.time += settings.cycle;
  cycle_now();
  CHECK(batches.size() == 1);
  CHECK(condition("MetricsHealthy", "slow").reason == "Whole");
}

TEST_CASE_METHOD(SlowNeighbour, "two on one target see each other, though the older one is slow") {
  auto& older = cluster.objects.at("slow").object;
  older.spec.target = spec().target;
  older.meta.created = clock.time - 1h;
  for (int i = 0; i < 4; ++i) {
    cycle_now();
    clock.time += settings.cycle;
    CHECK_THAT(condition("AbleToScale").message, Catch::Contains("AIAutoscaler slow scales it too and is older"));
  }
}

TEST_CASE_METHOD(World, "targets that cannot be read because the reading throws: held, said, and the cycle goes on") {
  cluster.on_targets = [] { throw std::runtime_error("out of luck"); };
  run_for(1min);
  CHECK(condition("TargetFound").status == api::ConditionStatus::Unknown);
  CHECK_THAT(condition("TargetFound").message, Catch::Contains("out of luck"));
  CHECK(cluster.scale_writes.empty());
  cluster.on_targets = nullptr;
  run_for(1min);
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(World, "measured starts outlive a spec that does not decode, and a controller that starts meanwhile") {
  deployment().lead = 2min;
  run_for(2min);
  metrics.series["demand"].value = [](WallTime) { return 55.0; };
  run_for(5min);
  const auto measured = status().lead_time.samples;
  REQUIRE_FALSE(measured.empty());
  auto& view = cluster.objects.at("llm");
  view.problem = Error{ErrorKind::Invalid, "spec.demand: is required", {}};
  restart();
  run_for(2min);
  CHECK(condition("Ready").reason == "InvalidSpec");
  CHECK(status().lead_time.samples == measured);
  view.problem.reset();
  run_for(2min);
  CHECK(status().lead_time.samples == measured);
}

}  // namespace
}  // namespace aia::loop::fakes
