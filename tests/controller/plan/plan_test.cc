// Golden scenarios: what an on-call engineer would see, rule by rule.
#include "controller/plan/plan.h"

#include <catch2/catch.hpp>

#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

TEST_CASE("demand is growing: replicas start a lead time ahead of it") {
  // 118/s now, P95 187/s when what is started now is ready. From 362 s on more arrives than 10 replicas serve:
  // 58 s × 50/s ÷ 2 + 10 s × 50/s ≈ 1945 wait then; (187 + 1942 / 430) / 12 = 15.96.
  const auto ramp = fan_of([](Millis ahead) { return ahead >= 420s ? 170.0 : 118.0; }, 1.1);
  Input input = at_rest(10, demand(118));
  input.demand[0].fan = &ramp;
  const Decision decision = decide(input, {});
  CHECK(decision.action == Action::ScaleOut);
  CHECK(decision.desired == 16);
  CHECK(decision.recommendation == 16);
  CHECK(codes(decision) == Codes{"ForecastFloor"});
  CHECK(message(decision, "ForecastFloor") ==
        "requests: expected P95 187/s in 7m10s to 8m58s and 1942 waiting by then need 16 replicas at 12/s each; 118/s "
        "now needs "
        "10");
}

TEST_CASE("the forecast is a floor: need(now) stands however low it is") {
  const auto low = flat(12);
  Input input = at_rest(10, demand(240));
  input.demand[0].fan = &low;
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 20);  // 240 / 12
  CHECK(message(decision, "Reactive") ==
        "requests: 240/s now needs 20 replicas at 12/s each; expected P95 13.2/s in 7m10s to 8m58s needs 2");
}

TEST_CASE("without a forecast the reactive rule stands alone, and says why") {
  Input input = at_rest(10, demand(240));
  input.demand[0].forecast_note = "12 of 50 residuals";
  CHECK(message(decide(input, {}), "Reactive") ==
        "requests: 240/s now needs 20 replicas at 12/s each (no forecast: 12 of 50 residuals)");
}

TEST_CASE("scale-in when nothing speaks against it") {
  const auto low = flat(48, 1.0);
  Input input = at_rest(10, demand(36));
  input.demand[0].fan = &low;
  const Decision decision = decide(input, {});
  CHECK(decision.action == Action::ScaleIn);
  CHECK(decision.desired == 4);
}

TEST_CASE("replicas that are needed again before a restart had paid are kept") {
  const auto dip = fan_of([](Millis ahead) { return ahead <= 240s ? 120.0 : 36.0; }, 1.0);
  Input input = at_rest(12, demand(36));
  input.demand[0].fan = &dip;
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 10);  // not 3: 120/s are expected sooner than a restart
  CHECK(codes(decision) == Codes{"Reactive", "KeptAhead"});
  CHECK_THAT(message(decision, "KeptAhead"), Catch::Contains("10 replicas within the next 14m20s"));
}

TEST_CASE("each of these holds a scale-in, and says so") {
  struct Row {
    const char* code;
    std::function<void(Input&)> change;
  };
  const Row rows[] = {
      {"MetricsPartial", [](Input& in) { in.demand[0].trust = Trust::Partial; }},
      {"MetricsStale", [](Input& in) { in.demand[0].trust = Trust::Stale; }},
      {"MetricsMissing",
       [](Input& in) {
         in.demand[0].trust = Trust::Missing;
         in.demand[0].value.reset();
       }},
      {"BacklogMissing", [](Input& in) { in.demand[0].backlog_missing = true; }},
      {"WarmingUp", [](Input& in) { in.warmed_up = false; }},
      {"Rollout", [](Input& in) { in.replicas.rollout = "2 of 10 replicas updated"; }},
      {"Starting",
       [](Input& in) {
         in.replicas.ready = 9;
         in.replicas.starting_ages = {10s};
       }},
      {"Stabilizing",
       [](Input& in) {
         in.spec.scale_down.stabilization_window = 60s;
         in.history = {{kNow - 30s, 10}};
       }},
      {"WithinTolerance", [](Input& in) { in.spec.scale_down.tolerance = 0.8; }},
  };
  CHECK(decide(at_rest(10, demand(36)), {}).desired == 3);
  for (const Row& row : rows) {
    Input input = at_rest(10, demand(36));
    row.change(input);
    const Decision decision = decide(input, {});
    INFO(row.code);
    CHECK(decision.action == Action::Hold);
    CHECK(decision.desired == 10);
    CHECK_THAT(codes(decision), Catch::VectorContains(std::string(row.code)));
  }
}

TEST_CASE("one entry that is not whole holds all of them") {
  Input input = at_rest(10, demand(36));
  input.demand.push_back(demand(1));
  CHECK(decide(input, {}).desired == 3);
  input.demand[1].trust = Trust::Partial;
  CHECK(decide(input, {}).desired == 10);
}

TEST_CASE("partial data may raise by its own need, missing data by the forecast, a stale value by nothing") {
  Input input = at_rest(10, demand(240));
  input.demand[0].trust = Trust::Partial;
  CHECK(decide(input, {}).desired == 20);
  input.demand[0].trust = Trust::Stale;
  CHECK(decide(input, {}).desired == 10);
  const auto high = flat(300, 1.0);
  input.demand[0].fan = &high;
  CHECK(decide(input, {}).desired > 25);  // 300 / 12, and the queue until then
  input.demand[0].trust = Trust::Missing;
  input.demand[0].value.reset();
  CHECK(decide(input, {}).desired > 25);
}

TEST_CASE("missing is not zero: nothing known holds what is there") {
  Input input = at_rest(10, demand(0));
  CHECK(decide(input, {}).desired == 1);  // a real zero goes to min
  input.demand[0].trust = Trust::Missing;
  input.demand[0].value.reset();
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  CHECK(decision.action == Action::Hold);
  CHECK_FALSE(decision.recommendation);
  CHECK(codes(decision) == Codes{"MetricsMissing", "NothingKnown"});
  input.demand.clear();
  CHECK(decide(input, {}).desired == 10);
}

TEST_CASE("the largest need wins and comes first") {
  Input input = at_rest(10, demand(36));
  input.demand.push_back(demand(700, api::DemandKind::Queue, 100));
  input.demand[1].spec.name = "jobs";
  input.demand[1].spec.running_query = "busy workers";
  input.demand.push_back(demand(0.5, api::DemandKind::Utilization, 0.8));
  input.demand[2].spec.name = "busy";
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 7);  // max(36/12, 700/100, 0.5 × 10 / 0.8 = 6.25)
  REQUIRE(decision.reasons.size() == 3);
  CHECK(decision.reasons[0].message == "jobs: 700 waiting now needs 7 replicas at 100 waiting each");
  CHECK(decision.reasons[1].message == "busy: 0.5 in use on 10 replicas now needs 7 replicas at 0.8 in use each");
  CHECK(decision.reasons[2].message == "requests: 36/s now needs 3 replicas at 12/s each");
}

TEST_CASE("max is hard, and what it cuts is said") {
  Input input = at_rest(10, demand(1200));
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 40);
  CHECK(decision.limited);
  CHECK(message(decision, "MaxReplicas") ==
        "100 replicas are needed, maxReplicas is 40: raise it, or expect requests to wait");
}

TEST_CASE("min is a floor") {
  Input input = at_rest(5, demand(1));
  input.spec.min_replicas = 3;
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 3);
  CHECK(decision.limited);
  CHECK(message(decision, "MinReplicas") == "1 replica is needed, minReplicas is 3");
  CHECK_FALSE(decide(at_rest(5, demand(36)), {}).limited);
}

TEST_CASE("replicas outside the bounds are brought back, whatever the data, a rollout or stuck starts say") {
  Input input = at_rest(50, demand(0));
  input.demand[0].trust = Trust::Missing;
  input.demand[0].value.reset();
  input.replicas.rollout = "1 of 50";
  input.warmed_up = false;
  Decision decision = decide(input, {});
  CHECK(decision.desired == 40);
  CHECK(decision.action == Action::ScaleIn);
  CHECK_THAT(message(decision, "AboveMax"), Catch::Contains("50 replicas are there, maxReplicas is 40: max is hard"));

  input = at_rest(3, demand(1));
  input.spec.min_replicas = 5;
  input.replicas = {3, 1, {2000s, 2000s}, ""};
  decision = decide(input, {});
  CHECK(decision.desired == 5);
  CHECK(decision.action == Action::ScaleOut);
  CHECK_THAT(codes(decision), Catch::VectorContains(std::string("BelowMin")));
}

TEST_CASE("stuck starts: nothing more is started ahead of demand, and they hold no scale-in") {
  const auto high = flat(480);
  Input input = at_rest(6, demand(120));
  input.demand[0].fan = &high;
  input.replicas = {6, 3, {900s, 900s, 10s}, ""};
  Decision decision = decide(input, {});
  CHECK(decision.desired == 10);  // 120 / 12 are needed now; ahead of that nothing, as two of three starts hang
  CHECK(decision.starts_stuck);
  CHECK(message(decision, "StartupStuck") ==
        "2 of 3 starting replicas took longer than 14m20s (twice the lead time) or crash, the oldest since "
        "2027-01-15T07:45:00Z: since 2027-01-15T08:00:00Z "
        "nothing more is started ahead of demand, what is needed now is; the next try is due at 2027-01-15T08:07:10Z; "
        "look at their pods");

  input.replicas.starting_ages = {900s, 10s, 10s};  // one odd pod
  decision = decide(input, {});
  CHECK(decision.desired == 40);
  CHECK_FALSE(decision.starts_stuck);
  CHECK_THAT(message(decision, "StartupStuck"), Catch::Contains("not counted on"));

  input.demand[0].fan = nullptr;
  input.demand[0].value = 12;
  input.replicas.starting_ages = {900s, 900s, 900s};
  CHECK(decide(input, {}).desired == 1);
  input.replicas.starting_ages = {900s, 900s, 10s};
  CHECK(decide(input, {}).desired == 4);  // 3 Ready and the one that is starting
}

TEST_CASE("stuck starts count against a default lead time too") {
  Input input = at_rest(6, demand(240));
  input.lead = {600s, api::LeadTimeSource::Default, 0};
  input.replicas = {6, 4, {1300s, 1300s}, ""};
  CHECK(decide(input, {}).starts_stuck);
}

TEST_CASE("somebody else sets the replicas: nothing is touched, and it is said who") {
  Input input = at_rest(10, demand(240));
  input.conflict = "HorizontalPodAutoscaler llama also scales Deployment llama";
  const Decision decision = decide(input, {});
  CHECK(decision.action == Action::Hold);
  CHECK(decision.desired == 20);  // still reported
  CHECK_THAT(message(decision, "Conflict"), Catch::Contains("HorizontalPodAutoscaler llama"));
}

TEST_CASE("a person scaled to zero: left alone, forecasts go on") {
  const auto high = flat(300);
  Input input = at_rest(0, demand(240));
  input.demand[0].fan = &high;
  const Decision decision = decide(input, {});
  CHECK(decision.action == Action::Hold);
  CHECK(decision.desired == 0);
  CHECK_FALSE(decision.recommendation);
  CHECK(codes(decision) == Codes{"ScaledToZeroByHand"});
  CHECK(decision.figures[0].reactive == 20);
}

TEST_CASE("a metric that comes back does not find the window empty") {
  // Whole again after an outage in which 10 were held: those recommendations stand in the window.
  Input input = at_rest(10, demand(36));
  input.spec.scale_down.stabilization_window = 300s;
  input.demand[0].trust = Trust::Partial;
  CHECK(decide(input, {}).recommendation == 10);
  input.demand[0].trust = Trust::Whole;
  CHECK(decide(input, {}).recommendation == 3);
  input.history = {{kNow - 60s, 10}, {kNow - 15s, 3}};
  CHECK(decide(input, {}).desired == 10);
}

TEST_CASE("at most sixteen reasons, the limits among them") {
  Input input = at_rest(50, demand(1e6));
  for (int i = 0; i < 7; ++i) input.demand.push_back(demand(1e5));
  for (auto& entry : input.demand) entry.trust = Trust::Partial;
  const Decision decision = decide(input, {});
  CHECK(decision.reasons.size() == 16);
  CHECK_THAT(codes(decision), Catch::VectorContains(std::string("MaxReplicas")));
  CHECK_THAT(codes(decision), Catch::VectorContains(std::string("AboveMax")));
  CHECK(decision.reasons[0].code == "Reactive");
}
