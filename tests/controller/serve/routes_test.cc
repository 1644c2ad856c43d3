// What the three paths answer as cycles go by.
#include "controller/serve/routes.h"

#include <catch2/catch.hpp>

#include "controller/serve/warm_up.h"

namespace aia::serve {
namespace {

using namespace std::chrono_literals;

struct FakeClock : ports::Clock {
  Millis elapsed{0};
  [[nodiscard]] WallTime now() const override { return WallTime(elapsed); }
  [[nodiscard]] Millis steady() const override { return elapsed; }
};

ports::CycleReport cycle_with(const std::vector<std::string>& names) {
  ports::CycleReport cycle;
  cycle.synced = true;
  cycle.at = WallTime(1'800'000'000'500ms);
  cycle.took = 20ms;
  cycle.period = 15s;
  cycle.steps = {{"observe", 15ms}, {"act", 5ms}};
  for (const auto& name : names) {
    ports::ObjectReport object;
    object.key = {"serving", name};
    object.action = api::Action::ScaleOut;
    object.current = 2;
    object.ready = 1;
    object.desired = 5;
    object.min = 1;
    object.max = 40;
    object.quantile = 0.95;
    object.conditions = {
        {api::ConditionType::Ready, api::ConditionStatus::False, api::Code::Conflict, "an HPA", {}, 1}};
    object.errors = {{"observe", ErrorKind::Timeout, "no answer"}};
    ports::DemandReport demand;
    demand.name = "requests";
    demand.now = 118;
    demand.queue = 7;
    demand.ahead = 164;
    demand.upper = 187.5;
    demand.queue_at_lead = 42;
    demand.replicas = 16;
    demand.gpus = 128;
    demand.then = ports::Expectation{cycle.at, 120, 131, 3};
    demand.trust = api::Trust::Whole;
    demand.data_age = 22500ms;
    demand.lead = 430s;
    demand.skill = 0.38;
    demand.left_out = 2;
    object.demand = {demand};
    cycle.objects.push_back(object);
  }
  return cycle;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("figures stand beside what was expected of them") {
  MetricsReporter metrics("1.2.3");
  metrics.report(cycle_with({"llm"}));
  const auto text = *metrics.text();
  const std::string object = "namespace=\"serving\",autoscaler=\"llm\"", demand = object + ",demand=\"requests\"";
  const std::vector<std::string> lines = {
      "aiautoscaler_desired_replicas{" + object + "} 5",
      "aiautoscaler_ready_replicas{" + object + "} 1",
      "aiautoscaler_min_replicas{" + object + "} 1",
      "aiautoscaler_max_replicas{" + object + "} 40",
      "aiautoscaler_planning_quantile{" + object + "} 0.95",
      "aiautoscaler_condition{" + object + ",type=\"Ready\",status=\"False\",reason=\"Conflict\"} 1",
      "aiautoscaler_decisions_total{" + object + ",action=\"ScaleOut\"} 1",
      "aiautoscaler_demand{" + demand + "} 118",
      "aiautoscaler_queue{" + demand + "} 7",
      "aiautoscaler_data_trust{" + demand + "} 3",
      "aiautoscaler_data_age_seconds{" + demand + "} 22.5",
      "aiautoscaler_forecast{" + demand + ",quantile=\"0.5\"} 164",
      "aiautoscaler_forecast{" + demand + ",quantile=\"0.95\"} 187.5",
      "aiautoscaler_forecast_then{" + demand + ",quantile=\"0.95\"} 131",
      "aiautoscaler_queue_expected{" + demand + "} 42",
      "aiautoscaler_queue_expected_then{" + demand + "} 3",
      "aiautoscaler_needed_replicas{" + demand + "} 16",
      "aiautoscaler_needed_gpus{" + demand + "} 128",
      "aiautoscaler_lead_seconds{" + demand + "} 430",
      "aiautoscaler_errors_total{kind=\"timeout\",step=\"observe\"} 1",
      "aiautoscaler_cycle_seconds_count 1",
      "aiautoscaler_cycle_period_seconds 15",
      "aiautoscaler_step_seconds_count{step=\"act\"} 1",
      "aiautoscaler_last_cycle_timestamp_seconds 1800000000.5",
      "aiautoscaler_build_info{version=\"1.2.3\"} 1",
  };
  for (const auto& line : lines) {
    INFO(line << "\nin\n" << text);
    CHECK(has_line(text, line));
  }
  CHECK(text.find("aiautoscaler_skill{" + demand + "} 0.38") != std::string::npos);
  CHECK(text.find("aiautoscaler_left_out_points{" + demand + "} 2") != std::string::npos);
}

TEST_CASE("how many objects fail is told apart from how often one does, and what is over is 0") {
  MetricsReporter metrics("1");
  auto cycle = cycle_with({"a", "b", "c"});
  cycle.objects[0].errors = {{"observe", ErrorKind::Timeout, "demand"}, {"observe", ErrorKind::Timeout, "history"}};
  cycle.objects[1].errors = {{"observe", ErrorKind::Timeout, "demand"}, {"act", ErrorKind::Forbidden, "RBAC"}};
  cycle.objects[2].errors = {};
  metrics.report(cycle);
  CHECK(has_line(*metrics.text(), "aiautoscaler_objects 3"));
  CHECK(has_line(*metrics.text(), "aiautoscaler_errors_total{kind=\"timeout\",step=\"observe\"} 3"));
  CHECK(has_line(*metrics.text(), "aiautoscaler_objects_failing{kind=\"timeout\",step=\"observe\"} 2"));
  CHECK(has_line(*metrics.text(), "aiautoscaler_objects_failing{kind=\"forbidden\",step=\"act\"} 1"));
  for (auto& object : cycle.objects) object.errors = {};
  metrics.report(cycle);
  CHECK(has_line(*metrics.text(), "aiautoscaler_objects_failing{kind=\"timeout\",step=\"observe\"} 0"));
}

TEST_CASE("every metric is documented and prefixed") {
  MetricsReporter metrics("1");
  metrics.report(cycle_with({"llm"}));
  std::istringstream lines(*metrics.text());
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("# TYPE", 0) == 0) continue;
    INFO(line);
    if (line.rfind("# HELP ", 0) == 0) {
      CHECK(line.size() > std::string("# HELP aiautoscaler_xxxxxxxxxxxxxxxxx ").size());
    } else {
      CHECK(line.rfind("aiautoscaler_", 0) == 0);
    }
  }
}

TEST_CASE("who leads is on record, and a follower's decisions are not counted") {
  MetricsReporter metrics("1");
  CHECK(has_line(*metrics.text(), "aiautoscaler_leader 0"));
  auto cycle = cycle_with({"llm"});
  cycle.leading = false;
  metrics.report(cycle);
  CHECK(metrics.text()->find("aiautoscaler_decisions_total{") == std::string::npos);
  metrics.set_leadership(true, 7);
  CHECK(has_line(*metrics.text(), "aiautoscaler_leader 1"));
  CHECK(has_line(*metrics.text(), "aiautoscaler_lease_transitions 7"));
}

TEST_CASE("how old each watch is, by what it watches") {
  MetricsReporter metrics("1");
  metrics.set_watches({{"pods", 2500ms, true, ""}, {"forecasts", 0ms, false, ""}});
  CHECK(has_line(*metrics.text(), "aiautoscaler_watch_age_seconds{resource=\"pods\"} 2.5"));
  CHECK(has_line(*metrics.text(), "aiautoscaler_watch_age_seconds{resource=\"forecasts\"} 0"));
}

TEST_CASE("warm once every history was in, or none came for long, not before the caches are in, and then for good") {
  FakeClock clock;
  WarmUp warm_up(clock, 2min);
  warm_up.report({});
  clock.elapsed = 10min;
  auto cycle = cycle_with({"llm", "other"});
  cycle.objects[1].warmed_up = false;
  warm_up.report(cycle);
  CHECK_FALSE(warm_up.done());
  SECTION("all are in") {
    cycle.objects[1].warmed_up = true;
    warm_up.report(cycle);
    CHECK(warm_up.done());
    cycle.objects[0].warmed_up = false;
    warm_up.report(cycle);
    CHECK(warm_up.done());
  }
  SECTION("one never comes") {
    clock.elapsed += 119s;
    warm_up.report(cycle);
    CHECK_FALSE(warm_up.done());
    clock.elapsed += 1s;
    warm_up.report(cycle);
    CHECK(warm_up.done());
  }
}

TEST_CASE("the series of an object that is gone vanish, what is missing is absent, counters go on") {
  MetricsReporter metrics("1");
  metrics.report(cycle_with({"llm", "other"}));
  auto cycle = cycle_with({"llm"});
  cycle.objects[0].demand[0].now.reset();
  metrics.report(cycle);
  CHECK(metrics.text()->find("other") == std::string::npos);
  CHECK(metrics.text()->find("aiautoscaler_demand{") == std::string::npos);
  CHECK(metrics.text()->find("action=\"ScaleOut\"} 2") != std::string::npos);
  metrics.report({});  // caches are not in: nothing is known to be gone
  CHECK(metrics.text()->find("autoscaler=\"llm\"") != std::string::npos);
}

TEST_CASE("a forecast is held against whole demand only, and coverage is what stayed within the planning quantile") {
  MetricsReporter metrics("1");
  auto cycle = cycle_with({"llm"});
  auto& demand = cycle.objects[0].demand[0];
  const auto report = [&](double now, api::Trust trust) {
    demand.now = now;
    demand.trust = trust;
    metrics.report(cycle);
  };
  report(118, api::Trust::Whole);
  report(131, api::Trust::Whole);    // exactly what was promised
  report(131.5, api::Trust::Whole);  // more than that
  report(90, api::Trust::Partial);   // some pods are not in it: it says nothing
  demand.then.reset();               // nothing had been promised
  report(118, api::Trust::Whole);
  const std::string labels = "{namespace=\"serving\",autoscaler=\"llm\",demand=\"requests\"}";
  CHECK(has_line(*metrics.text(), "aiautoscaler_forecast_judged_total" + labels + " 3"));
  CHECK(has_line(*metrics.text(), "aiautoscaler_forecast_covered_total" + labels + " 2"));
  demand.name = "tokens";  // the entry was renamed: its count is another one's
  metrics.report(cycle);
  CHECK(metrics.text()->find("_judged_total{") == std::string::npos);
}

TEST_CASE("alive while cycles end, ready when nothing is missing any more") {
  FakeClock clock;
  Health health(clock, 60s);
  MetricsReporter metrics("1");
  std::string missing = "the caches are not in yet";
  const auto probes = health_routes(health, [&] { return missing; });
  for (const auto& handler : {probes, routes(metrics, probes)}) {
    health.report({});
    missing = "the caches are not in yet";
    CHECK(handler("/healthz").status == 200);  // the first cycle has its time
    CHECK(handler("/readyz").status == 503);
    CHECK(*handler("/readyz").body == missing + "\n");
    clock.elapsed += 61s;
    CHECK(handler("/healthz").status == 503);
    CHECK(*handler("/healthz").body == "no cycle ended for 1m1s\n");
    health.report({});
    CHECK(handler("/healthz").status == 200);
    missing.clear();
    CHECK(handler("/readyz").status == 200);
    CHECK(handler("/").status == 404);
  }
  CHECK(routes(metrics, probes)("/metrics").body == metrics.text());
  CHECK(probes("/metrics").status == 404);
}

TEST_CASE("the metrics are written once after each change, however often they are asked for") {
  MetricsReporter metrics("1");
  auto before = metrics.text();
  CHECK(metrics.text() == before);  // the same text, not an equal one
  const auto is_new = [&] {
    const auto now = metrics.text();
    const bool changed = now != before && *now != *before && metrics.text() == now;
    before = now;
    return changed;
  };
  metrics.report(cycle_with({"llm"}));
  CHECK(is_new());
  metrics.report(cycle_with({}));  // the objects are gone
  CHECK(is_new());
  metrics.set_leadership(true, 7);
  CHECK(is_new());
  metrics.set_watches({{"pods", 2500ms, true, ""}});
  CHECK(is_new());
}

}  // namespace
}  // namespace aia::serve
