// Golden scenarios: ten replicas stand where two would do. Whole data lets them go; anything less never does, whatever
// the value says, while a value that asks for more is still believed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Ten Ready replicas, demand for two, no forecast.
struct Idle : World {
  Idle() {
    deployment().replicas = 10;
    cluster.settle("llm", true);
    spec().forecast.model = api::ModelChoice::Off;
  }
  FakeSeries& demand() { return metrics.series["demand"]; }
};

TEST_CASE_METHOD(Idle, "whole data: scaled in once the stabilisation window has passed, not before") {
  run_for(290s);
  CHECK(deployment().replicas == 10);
  run_for(5min);
  CHECK(deployment().replicas == 2);
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(
    Idle, "a query that is not understood is believed, and that nothing behind it is known is said, not as an error") {
  demand().evidence = [](WallTime) {
    ports::Evidence evidence;
    evidence.unread = "PromQL at character 1 ('WITH (x'): an operator or the end is expected here";
    return evidence;
  };
  run_for(290s);
  CHECK(reporter.cycle.objects.at(0).errors.empty());
  run_for(5min);
  CHECK(deployment().replicas == 2);
  const auto healthy = condition("MetricsHealthy");
  CHECK(healthy.status == api::ConditionStatus::True);
  CHECK(healthy.reason == "Whole");
  CHECK_THAT(healthy.message, Catch::Contains("what lies behind the query is not known: PromQL at character 1"));
  CHECK(reporter.cycle.objects.at(0).errors.empty());
  demand().warnings = {"remote read timed out"};
  cycle();
  CHECK(condition("MetricsHealthy").reason == "MetricsPartial");
}

TEST_CASE_METHOD(Idle, "a stabilisation window shorter than a cycle lets replicas go all the same") {
  spec().scale_down.stabilization_window = settings.cycle - 5s;
  run_for(3 * settings.cycle);
  CHECK(deployment().replicas == 2);
}

TEST_CASE_METHOD(Idle, "why a query matched nothing is said where it was found out, of a backlog, too") {
  metrics.series.erase("demand");
  spec().demand[0].backlog_query = "backlog";
  cycle();
  CHECK_THAT(condition("MetricsHealthy").message,
             Catch::Contains("which is not zero: check its metric name and labels"));
  metrics.why = {{"demand", "there is no metric deman"}, {"backlog", "no series of queue has a=\"b\""}};
  run_for(2min);
  const auto said = condition("MetricsHealthy").message;
  CHECK_THAT(said, Catch::Contains("the query matched nothing, which is not zero: there is no metric deman") &&
                       Catch::Contains("which is not zero: no series of queue has a=\"b\""));
  CHECK(deployment().replicas == 10);
}

TEST_CASE_METHOD(Idle, "data that is less than whole never lowers") {
  struct Row {
    const char* what;
    std::function<void(Idle&)> spoil;
    const char* reason;
    std::string words;
  };
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Row> rows = {
      {"missing", [](Idle& w) { w.metrics.series.erase("demand"); }, "MetricsMissing", "matched nothing"},
      {"NaN", [&](Idle& w) { w.demand().value = [nan](WallTime) { return nan; }; }, "MetricsMissing", "NaN"},
      {"negative", [](Idle& w) { w.demand().value = [](WallTime) { return -3.0; }; }, "MetricsMissing", "negative"},
      {"several series", [](Idle& w) { w.demand().series = 7; }, "MetricsMissing",
       "returned 7 series; aggregate with sum()"},
      {"refused",
       [](Idle& w) {
         w.demand().error = Error{ErrorKind::Invalid, "parse error: unexpected }", {}};
       },
       "MetricsMissing", "parse error: unexpected }"},
      {"warned", [](Idle& w) { w.demand().warnings = {"remote read timed out"}; }, "MetricsPartial",
       "remote read timed out"},
      {"half the pods", [](Idle& w) { w.demand().evidence = w.pods_report(5, 5s); }, "MetricsPartial",
       "5 of 10 Ready pods report"},
      {"four minutes old", [](Idle& w) { w.demand().evidence = w.pods_report(10, 4min); }, "MetricsStale", "4m old"},
      {"a part of the query vanished",
       [](Idle& w) {
         w.demand().evidence = [&w](WallTime at) {
           auto evidence = w.pods_report(10, 5s)(at);
           evidence.unseen = {"b"};
           return evidence;
         };
       },
       "MetricsPartial", "part of the query: b"},
      {"of unknown age",
       [](Idle& w) {
         w.demand().evidence_error = Error{ErrorKind::Timeout, "no answer", {}};
       },
       "MetricsPartial", "age is not known"},
      {"the batch fails", [](Idle& w) { w.metrics.throws = true; }, "MetricsMissing", "out of luck"},
      {"backlog missing", [](Idle& w) { w.spec().demand[0].backlog_query = "nothing"; }, "BacklogMissing", "backlog"},
  };
  for (const auto& row : rows) {
    Idle world;
    row.spoil(world);
    world.run_for(20min);
    INFO(row.what << ": " << world.condition("MetricsHealthy").message);
    CHECK(world.deployment().replicas == 10);
    CHECK(world.cluster.scale_writes.empty());
    CHECK(world.condition("MetricsHealthy").status == api::ConditionStatus::False);
    CHECK(world.condition("MetricsHealthy").reason == row.reason);
    CHECK(world.condition("MetricsHealthy").message.find(row.words) != std::string::npos);
  }
}

TEST_CASE_METHOD(Idle, "after an outage the stabilisation window starts again") {
  run_for(4min);
  const auto healthy = demand();
  metrics.series.erase("demand");
  run_for(20min);
  metrics.series["demand"] = healthy;
  run_for(280s);
  CHECK(deployment().replicas == 10);
  run_for(2min);
  CHECK(deployment().replicas == 2);
}

TEST_CASE_METHOD(Idle,
                 "one of two gateways falls silent: its half of the sum is not believed to be gone, for a while") {
  int gateways = 2;
  demand().value = [&](WallTime) { return 47.5 * gateways; };
  demand().evidence = [&](WallTime at) {
    ports::Evidence evidence;
    for (int i = 0; i < gateways; ++i) evidence.pods.push_back({"", "", at - 5s, "10.0.0." + std::to_string(i)});
    return evidence;
  };
  run_for(10min);
  CHECK(deployment().replicas == 10);
  gateways = 1;
  run_for(9min);  // longer than the stabilisation window, shorter than the memory of sources
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").reason == "MetricsPartial");
  CHECK(condition("MetricsHealthy").message.find("1 of 2 sources that reported in the last 10m no longer do") !=
        std::string::npos);
  run_for(8min);  // it was taken away for good
  CHECK(deployment().replicas == 5);
  CHECK(condition("MetricsHealthy").reason == "Whole");
}

TEST_CASE_METHOD(Idle,
                 "a history that the server refuses is said where the forecast is missed, and asked for in less") {
  spec().forecast.model = api::ModelChoice::Auto;
  demand().range_error = Error{ErrorKind::Invalid, "query processing would load too many samples into memory", {}};
  const auto page = [&] {
    const auto& query = metrics.asked.back();
    return (query.end - *query.start) / query.step;
  };
  run_for(1min);
  CHECK(page() < settings.history_page_points / 100);
  CHECK(condition("ForecastEligible").message.find("too many samples") != std::string::npos);
  CHECK(deployment().replicas == 10);
}

/// Five replicas with demand for five, measured as a rate over five minutes; then one bad sample, whose rate is that of
/// four hundred.
struct Spoiled : World {
  WallTime bad = WallTime::max();
  int most = 0;
  Spoiled() {
    deployment().replicas = 5;
    cluster.settle("llm", true);
    spec().max_replicas = 100;
    spec().forecast.model = api::ModelChoice::Off;
    auto& demand = metrics.series["demand"];
    demand.value = [this](WallTime at) { return at >= bad && at < bad + 5min ? 4000.0 : 45.0; };
    demand.evidence = [](WallTime at) {
      ports::Evidence evidence;
      evidence.pods.push_back({"ingress", "gw-0", at - 5s});
      evidence.rate_window = 5min;
      return evidence;
    };
  }
  void play(Millis duration) {
    run_for(duration, [this] { most = std::max(most, deployment().replicas); });
  }
};

TEST_CASE_METHOD(Spoiled, "one bad sample does not confirm itself for as long as it stays in a rate's window") {
  play(10min);
  bad = clock.time;
  play(10min);
  CHECK(most == 10);
}

TEST_CASE_METHOD(Spoiled, "nor is it believed because it is the first after a start") {
  bad = clock.time;
  play(10min);
  CHECK(most == 10);
}

TEST_CASE_METHOD(Spoiled, "a jump to what demand was learned to be in the last hour is no news") {
  const WallTime begin = clock.time;
  WallTime jump = WallTime::max();
  metrics.series["demand"].value = [&, begin](WallTime at) {
    const bool burst = at >= begin - 40min && at < begin - 15min;
    return burst || at >= jump ? 250.0 : 45.0;
  };
  spec().forecast.model = api::ModelChoice::SeasonalNaive;
  spec().forecast.history = 30h;
  run_for(1min);
  REQUIRE(deployment().replicas <= 10);
  jump = clock.time;
  cycle();
  CHECK(deployment().replicas >= 25);
}

TEST_CASE_METHOD(Idle, "pods that cannot be seen and fall silent are no fall of what is measured on them") {
  int reporting = 10;
  double load = 95;
  spec().demand[0].kind = api::DemandKind::Concurrency;
  demand().value = [&](WallTime) { return load; };
  demand().evidence = [&](WallTime at) {
    ports::Evidence evidence;
    for (int i = 0; i < reporting; ++i) evidence.pods.push_back({"serving", "llm-" + std::to_string(i), at - 5s});
    return evidence;
  };
  deployment().as_seen = [](ports::Target& target) {
    target.pods.clear();
    target.pods_unseen = "the scale publishes no selector";
  };
  run_for(5min);
  load = 28.5, reporting = 3;
  run_for(30min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").message.find("3 pods whose names begin with llm- report") != std::string::npos);
}

TEST_CASE_METHOD(World, "a look that sees no pods makes old ones no starts, and forgets no start") {
  spec().forecast.model = api::ModelChoice::Off;
  deployment().replicas = 10;
  cluster.settle("llm", true);
  for (auto& one : deployment().pods) {
    one.pod.created = clock.time - 48h;
    one.pod.ready_since = one.ready_at = clock.time - 24h;
  }
  bool unseen = true;
  deployment().as_seen = [&](ports::Target& target) {
    if (!unseen) return;
    target.pods.clear();
    target.pods_unseen = "the selector matches none";
  };
  metrics.series["demand"].value = [](WallTime) { return 95.0; };
  const auto flicker = [&] {
    for (int i = 0; i < 8; ++i) {
      run_for(15s);
      unseen = !unseen;
    }
  };
  flicker();
  CHECK(status().lead_time.source == api::LeadTimeSource::Default);
  deployment().lead = 20s;
  metrics.series["demand"].value = [](WallTime) { return 125.0; };
  flicker();
  CHECK(status().lead_time.samples == std::vector<Millis>{20s, 20s, 20s});
}

TEST_CASE_METHOD(Idle, "half of the pods may raise") {
  demand().value = [](WallTime) { return 195.0; };
  demand().evidence = pods_report(5, 5s);
  run_for(1min);
  CHECK(deployment().replicas == 20);
}

TEST_CASE_METHOD(Idle, "a batch that times out is this cycle's trouble only, and names the deadline's victim") {
  demand().error = Error{ErrorKind::Timeout, "no answer within 7.5s", {}};
  cycle();
  CHECK(condition("MetricsHealthy").message.find("no answer within 7.5s") != std::string::npos);
  REQUIRE(reporter.cycle.objects.size() == 1);
  CHECK(reporter.cycle.objects[0].errors.at(0).step == "observe");
  CHECK(reporter.cycle.objects[0].errors.at(0).kind == ErrorKind::Timeout);
  demand().error.reset();
  clock.time += 15s;
  cycle();
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Idle, "one poisoned object leaves the others alone") {
  add("good", 10, "good-demand").spec.forecast.model = api::ModelChoice::Off;
  add("undecodable", 10, "x");
  cluster.objects["undecodable"].problem = Error{ErrorKind::Invalid, "spec.maxReplicas: must be a number", {}};
  add("refused", 10, "bad{");
  metrics.series["bad{"].error = Error{ErrorKind::Invalid, "parse error", {}};
  add("homeless", 1, "good-demand");
  cluster.deployments.erase("homeless");
  run_for(10min);
  CHECK(deployment("good").replicas == 2);
  CHECK(deployment().replicas == 2);
  CHECK(deployment("undecodable").replicas == 10);
  CHECK(deployment("refused").replicas == 10);
  CHECK(condition("Ready", "undecodable").reason == "InvalidSpec");
  CHECK(condition("Ready", "undecodable").message == "spec.maxReplicas: must be a number");
  CHECK(condition("Ready", "refused").reason == "MetricsMissing");
  CHECK(condition("Ready", "homeless").reason == "TargetNotFound");
  CHECK(condition("Ready", "good").reason == "Active");
}

}  // namespace
}  // namespace aia::loop::fakes
