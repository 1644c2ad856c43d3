// What is started while pods fail: need now whatever they do, others in place of lost, flapping and hanging pods, and
// no more of those than helps.
#include <catch2/catch.hpp>

#include "controller/plan/holds.h"
#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

TEST_CASE("pods that lost Ready are no starts: need now is followed at once") {
  Input input = at_rest(10, demand(192));
  input.replicas.ready = 7;
  input.replicas.lost_ages = {20s, 20s, 20s};
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 16);
  CHECK_FALSE(decision.starts_stuck);
}

TEST_CASE("pods that are lost for half a lead time are replaced, and no more than half of the need is") {
  Input input = at_rest(10, demand(110));  // 10 are needed
  input.replicas.ready = 7;
  input.replicas.lost_names = "a, b, c";
  input.replicas.lost_ages = {214s, 214s, 214s};  // a start takes 430 s
  CHECK(decide(input, {}).desired == 10);
  input.replicas.lost_ages = {215s, 215s, 214s};
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 12);
  CHECK(message(decision, "Replacing") == "2 more than needed stand in for pods that were Ready and are not (a, b, c)");
  input.replicas.ready = 0;
  input.replicas.lost_ages.assign(10, 600s);
  CHECK(decide(input, {}).desired == 15);
}

TEST_CASE("pods that are lost for good are made up for until as many serve as are needed") {
  for (const int needed : {10, 20, 25, 30, 35}) {
    CAPTURE(needed);
    Input input = at_rest(30, demand(12.0 * needed));
    input.spec.max_replicas = 100;
    input.replicas.ready = 10;
    input.replicas.lost_ages.assign(20, 600s);
    Decision decision = decide(input, {});
    for (int i = 0; i < 10; ++i) {
      CHECK(*decision.desired - 20 <= needed + (needed + 1) / 2);
      const int started = std::max(0, *decision.desired - input.replicas.spec);
      input.replicas.spec = *decision.desired;
      input.replicas.starting_ages.assign(static_cast<std::size_t>(started), 0s);
      decision = next(input, decision, 15s);
      CHECK(decision.desired == input.replicas.spec);  // by half of the need at a time
      input.replicas.starting_ages.clear();
      input.replicas.ready += started;
      decision = next(input, decision, 430s);
    }
    CHECK(input.replicas.ready >= needed);
    CHECK(input.replicas.spec <= 20 + std::max(10, needed));
  }
}

TEST_CASE("a fault that takes what stands in for lost pods, too, costs no more than the need again") {
  Input input = at_rest(20, demand(240));
  input.spec.max_replicas = 1000;
  input.replicas.ready = 0;
  input.replicas.lost_ages.assign(20, 600s);
  Decision decision = decide(input, {});
  for (int i = 0; i < 50; ++i) {
    input.replicas.lost_ages.assign(static_cast<std::size_t>(*decision.desired), 600s);
    input.replicas.spec = *decision.desired;
    decision = next(input, decision, 900s);
  }
  CHECK(input.replicas.spec == 40);
}

TEST_CASE("starts that crash beside pods that serve are made up for, after pauses") {
  Input input = at_rest(10, demand(120));
  input.replicas = {10, 7, {}, ""};
  input.replicas.failing_ages.assign(3, 900s);
  Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  int spec = 10;
  for (int i = 0; i < 40 && spec == 10; ++i) {
    decision = next(input, decision, 15s);
    spec = *decision.desired;
  }
  CHECK(spec == 13);
  SECTION("where none serves there is nothing to hope for") {
    input = at_rest(10, demand(120));
    input.replicas = {10, 0, {}, ""};
    input.replicas.failing_ages.assign(10, 900s);
    decision = decide(input, {});
    for (int i = 0; i < 200; ++i) CHECK((decision = next(input, decision, 60s)).desired == 10);
  }
}

TEST_CASE("pods of a rollout that stalled are given back along with those that serve") {
  Input input = at_rest(13, demand(72));
  input.replicas = {13, 8, {}, ""};
  input.replicas.failing_ages.assign(5, 900s);
  CHECK(decide(input, {}).desired == 6);  // of one version those that do not serve go first
  input.replicas.rollout_stalled = true;
  CHECK(decide(input, {}).desired == 11);
  CHECK(decide(input, {}).held->code == "Replacing");
}

TEST_CASE("pods that lose Ready again and again are made up for all along") {
  Input input = at_rest(10, demand(120));
  input.replicas.unsteady = 3;
  Decision decision = decide(input, {});
  CHECK(decision.desired == 13);
  input.replicas = {13, 13, {}, ""};
  input.replicas.unsteady = 3;
  CHECK(next(input, decision, 15s).desired == 13);
  input.replicas.unsteady = 0;
  CHECK(next(input, decision, 15s).desired == 10);
}

TEST_CASE("while starts do not come up, more are tried after a lead time, then at growing intervals") {
  const auto high = flat(480);
  Input input = at_rest(6, demand(60));
  input.demand[0].fan = &high;
  input.replicas = {6, 3, {900s, 900s, 900s}, ""};
  Decision decision = decide(input, {});
  CHECK(decision.desired == 6);
  std::vector<Millis> tries;  // since the hold began
  for (Millis passed = 15s; passed < 3h; passed += 15s) {
    decision = next(input, decision, 15s);
    if (decision.desired > 6) tries.push_back(passed);
  }
  CHECK(decision.memory.stuck->since == kNow);
  REQUIRE(tries.size() >= 4);
  CHECK(tries[0] == 435s);              // a lead time of 430 s, at the next cycle
  CHECK(tries[1] - tries[0] == 870s);   // two
  CHECK(tries[2] - tries[1] == 1725s);  // four
  CHECK(tries[3] - tries[2] == 3450s);  // eight, and never more

  input.replicas.came_up = 3;  // as many as are stuck: the fault is not in starting
  CHECK(next(input, decision, 15s).desired > 6);
  CHECK_FALSE(next(input, decision, 15s).memory.stuck);
  input.replicas.came_up = 0;
  input.replicas.starting_ages = {7200s, 7200s, 7200s};  // too long ago to say anything about starts of now
  CHECK(next(input, decision, 15s).desired > 6);
}

TEST_CASE("a start whose containers restart before it was ever Ready is stuck at once") {
  Input input = at_rest(10, demand(110));
  input.replicas = {10, 8, {}, ""};
  input.replicas.failing_ages = {30s, 30s};
  CHECK_THAT(message(decide(input, {}), "StartupStuck"), Catch::Contains("2 of 2"));
  CHECK(decide(input, {}).desired == 10);
  input.replicas.rollout = "2 of 10 replicas updated";  // the version before works: it makes up for the new one
  CHECK(decide(input, {}).desired == 12);
  CHECK(message(decide(input, {}), "Replacing") ==
        "2 more than needed stand in for pods of the rollout that do not come up");
}

TEST_CASE("what pods that were lost hide is made up for as if it was known") {
  for (const bool is_known : {true, false}) {
    Input input = at_rest(10, demand(0.8, api::DemandKind::Utilization, 0.8));
    if (!is_known) input.demand[0].value.reset(), input.demand[0].trust = Trust::Missing;
    input.spec.max_replicas = 40;
    input.replicas.ready = 1;
    input.replicas.lost_ages.assign(9, 300s);
    input.history = {{kNow - 60s, 10, 10}};
    Decision decision = decide(input, {});
    CHECK(decision.desired == 15);
    input.replicas = {15, 6, {}, ""};
    input.replicas.lost_ages.assign(9, 900s);
    decision = next(input, decision, 600s);
    CHECK(decision.desired == 19);
  }
}

TEST_CASE("pods that fail and are made anew cost no more than the need again, however often") {
  Input input = at_rest(10, demand(120));
  input.spec.max_replicas = 100;
  Decision decision = decide(input, {});
  for (int round = 0; round < 20; ++round) {
    input.replicas = {*decision.desired, 0, {}, ""};
    input.replicas.lost_ages.assign(static_cast<std::size_t>(*decision.desired), 240s);
    decision = next(input, decision, 240s);
    input.replicas = {*decision.desired, 0, {}, ""};
    input.replicas.starting_ages.assign(static_cast<std::size_t>(*decision.desired), 200s);
    decision = next(input, decision, 240s);
    input.replicas = {*decision.desired, *decision.desired, {}, ""};
    decision = next(input, decision, 120s);
  }
  CHECK(input.replicas.spec <= 20);
}

TEST_CASE("a rollout's surge that does not come up stands in for nothing") {
  Input input = at_rest(10, demand(120));
  input.replicas = {10, 10, {}, "3 of 10 replicas updated"};
  input.replicas.failing_ages.assign(3, 900s);
  CHECK(decide(input, {}).desired == 10);
  input.replicas.rollout.clear();
  input.replicas.rollout_stalled = true;
  CHECK(decide(input, {}).desired == 10);
}

TEST_CASE("lost pods and unsteady ones are kept together, so that none goes to be started again") {
  Input input = at_rest(10, demand(120));
  input.replicas.unsteady = 3;
  input.replicas.ready = 7;
  input.replicas.lost_ages.assign(3, 430s);
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 15);  // by half of the need at a time
  input.replicas.spec = 16;
  input.replicas.ready = 13;
  CHECK(next(input, decision, 15s).desired == 16);
  CHECK(next(input, decision, 15s).desired == 16);
}

TEST_CASE("replacements that do not fit under maxReplicas are no demand") {
  Input input = at_rest(10, demand(120));
  input.spec.min_replicas = input.spec.max_replicas = 10;
  input.replicas.ready = 7;
  input.replicas.lost_ages.assign(3, 600s);
  const Decision decision = decide(input, {});
  CHECK_FALSE(decision.limited);
  CHECK(
      message(decision, "MaxReplicas") ==
      "3 more to stand in for pods that fail do not fit under maxReplicas 10: mend or delete those pods, or raise it");
}

TEST_CASE("a try to start more ahead is none where as many are needed now") {
  const auto usual = flat(60, 1.0);
  Input input = at_rest(10, demand(240));
  input.demand[0].fan = &usual;
  input.replicas = {10, 0, {}, ""};
  input.replicas.starting_ages.assign(10, 900s);
  Decision decision = decide(input, {});
  for (int i = 0; i < 40; ++i) decision = next(input, decision, 15s);
  CHECK(decision.desired == 20);
  REQUIRE(decision.memory.stuck);
  CHECK(decision.memory.stuck->tries == 0);
}
