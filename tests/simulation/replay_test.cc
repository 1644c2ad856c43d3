// A replay of the made trace: predictive serves more within the SLO than reactive, because it forecasts and for no
// other reason; the same again gives the same bytes; and a user's own trace with holes in it plays as well.
#include "simulation/replay/replay.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "simulation/replay/arrivals.h"
#include "simulation/replay/chat_service.h"
#include "simulation/replay/report_html.h"
#include "simulation/replay/report_json.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

Scenario made(std::uint64_t seed) {
  Scenario scenario;
  ChatServiceOptions options;
  options.seed = scenario.seed = seed;
  scenario.trace = chat_service(options);
  return scenario;
}

TEST_CASE("on the made trace the forecast, and only it, serves more within the SLO", "[weeks]") {
  const auto scenario = made(GENERATE(1, 2, 3));
  const auto played = replay(scenario, {predictive(scenario), reactive(scenario)});
  REQUIRE(played.ok());
  const auto &ahead = played->outcomes[0], &behind = played->outcomes[1];
  CHECK(ahead.score.requests == Approx(behind.score.requests).epsilon(1e-12));  // the same arrivals
  CHECK(ahead.score.slo_share() > 0.98);
  CHECK(ahead.score.slo_share() > behind.score.slo_share() + 0.03);
  CHECK(ahead.score.late_leads == 0.0);
  CHECK(behind.score.late_leads > 0.2);
  CHECK(ahead.score.worst_queue < behind.score.worst_queue);
  // A bound is one: nobody covers demand for less.
  CHECK(ahead.score.replica_hours > played->clairvoyant_replica_hours);
  CHECK(ahead.score.replica_hours < 1.25 * played->clairvoyant_replica_hours);
  CHECK(ahead.model != "None");
  CHECK(behind.model == "None");
  CHECK(ahead.errors + behind.errors == 0);
  CHECK(ahead.timeline.size() == 24 * 60 * 4);
  CHECK(ahead.promises.size() > 24 * 60 * 3);
  CHECK(behind.promises.empty());
}

TEST_CASE("without its forecast predictive is the reactive rule, figure for figure", "[weeks]") {
  auto scenario = made(1);
  scenario.play = 8h;
  auto disabled = predictive(scenario);
  disabled.spec.forecast.model = api::ModelChoice::Off;
  const auto played = replay(scenario, {disabled, reactive(scenario)});
  REQUIRE(played.ok());
  CHECK(played->outcomes[0].score.within_slo == played->outcomes[1].score.within_slo);
  CHECK(played->outcomes[0].score.gpu_hours == played->outcomes[1].score.gpu_hours);
}

TEST_CASE("the same again gives the same bytes, another seed does not", "[weeks]") {
  const auto report = [](std::uint64_t seed) {
    auto scenario = made(seed);
    scenario.play = 4h;
    const auto played = replay(scenario, {predictive(scenario), reactive(scenario)});
    return report_html(*played, "again") + report_json(*played);
  };
  const auto first = report(1);
  CHECK(first == report(1));
  CHECK(first != report(2));
}

TEST_CASE("arrivals: the bins' own numbers, scattered over their seconds, the first bin before the trace") {
  Trace trace{"mine", WallTime(1h), 1min, {10, 20, 30}};
  const auto rate = arrivals(trace, WallTime(1h + 1min), 1);
  CHECK(rate(WallTime(0h)) == 10);
  CHECK(rate(WallTime(1h + 59s)) == 10);
  double minute = 0, squares = 0;
  for (int s = 0; s < 60; ++s) {
    const double in_second = rate(WallTime(1h + 1min + 1s * s));
    minute += in_second;
    squares += (in_second - 20) * (in_second - 20);
  }
  CHECK(minute == Approx(20 * 60));
  CHECK(squares / 60 > 5);  // 20 for a Poisson number of mean 20
  CHECK(squares / 60 < 60);
  CHECK(rate(trace.end()) == 0);
}

TEST_CASE("with nodes: three policies, the same arrivals, and what nodes cost", "[weeks]") {
  auto scenario = made(1);
  scenario.play = 10h;
  scenario.nodes = NodeScenario{};
  const auto played = replay(scenario, policies(scenario));
  REQUIRE(played.ok());
  REQUIRE(played->outcomes.size() == 3);
  const auto &ahead = played->outcomes[0].score, &replicas = played->outcomes[1].score,
             &behind = played->outcomes[2].score;
  CHECK(played->outcomes[0].policy.spec.node_pool == "gpus");
  CHECK(ahead.requests == Approx(behind.requests).epsilon(1e-12));
  CHECK(ahead.nodes->at_once > replicas.nodes->at_once);
  CHECK(ahead.nodes->at_once > 0.5);
  CHECK(replicas.slo_share() > behind.slo_share());
  CHECK(ahead.slo_share() > replicas.slo_share() - 0.005);
  CHECK(behind.nodes->wait_p90 > 4min);
  for (const auto& outcome : played->outcomes) {
    const auto& score = outcome.score;
    CHECK(outcome.errors == 0);
    CHECK(score.nodes->hours * scenario.nodes->gpus_per_node >= score.gpu_hours);  // nobody runs on no node
    CHECK(score.nodes->hours > played->clairvoyant_node_hours);
    CHECK(score.gpu_hours <= score.replica_hours * scenario.gpus_per_replica + 1e-6);
  }
}

TEST_CASE("a user's trace: five-minute bins, holes in history and play") {
  Scenario scenario;
  scenario.trace = {"mine", WallTime(Millis(1'800'000'000'000)), 5min, {}};
  for (int i = 0; i < 3 * 288; ++i) {
    const bool hole = (i >= 100 && i < 110) || (i >= 700 && i < 706);
    scenario.trace.values.push_back(hole ? NAN : 60 - 40 * std::cos(2 * 3.14159265 * i / 288));
  }
  const auto played = replay(scenario, {predictive(scenario)});
  REQUIRE(played.ok());
  CHECK(played->scenario.known_history() == 48h);
  CHECK(played->outcomes[0].score.requests == Approx(60 * 24 * 3600).epsilon(0.02));
  CHECK(played->outcomes[0].score.slo_share() > 0.95);
}

TEST_CASE("a scenario that cannot be played is refused, naming the flag") {
  struct Row {
    void (*change)(Scenario&);
    const char* says;
  };
  const Row row = GENERATE(values<Row>({
      {[](Scenario& s) { s.trace.step = 1500ms; }, "--input: its steps are"},
      {[](Scenario& s) { s.play = 1500ms; }, "--play: must be whole seconds"},
      {[](Scenario& s) { s.play = 24h * 11; }, "--play: the trace is"},
      {[](Scenario& s) { s.history = 1s; }, "--history: must lie between"},
      {[](Scenario& s) { s.lead_max = 1min; }, "--lead-time: must be MIN..MAX"},
      {[](Scenario& s) { s.lead_min = 0s; }, "--lead-time: must be MIN..MAX"},
      {[](Scenario& s) {
         s.nodes = NodeScenario{2min, 1min, 8};
       },
       "--node-lead: must be MIN..MAX"},
      {[](Scenario& s) {
         s.nodes = NodeScenario{1min, 2min, 4};
       },
       "--gpus-per-node: must be from"},
      {[](Scenario& s) { s.per_replica_rps = 0; }, "--per-replica: must be greater"},
      {[](Scenario& s) { s.per_replica_rps = 1e-3; }, "--per-replica: the highest demand played"},
      {[](Scenario& s) { s.max_replicas = 0; }, "--max-replicas: must lie"},
      {[](Scenario& s) { s.trace.values.assign(s.trace.values.size(), NAN); }, "--input: every value"},
  }));
  CAPTURE(row.says);
  auto scenario = made(1);
  row.change(scenario);
  const auto played = replay(scenario, {});
  REQUIRE_FALSE(played.ok());
  CHECK_THAT(played.error().message, Catch::Matchers::StartsWith(row.says));
}

}  // namespace
}  // namespace aia::simulation
