// What keeps replicas that nobody seems to need, and jumps of demand: when a hold begins, how far it goes, what it says
// and when it ends.
#include "controller/plan/holds.h"

#include <catch2/catch.hpp>

#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

TEST_CASE("demand that falls together with Ready replicas is no reason to scale in") {
  Input input = at_rest(10, demand(36));
  input.replicas.ready = 3;
  input.replicas.lost_names = "a, b and 5 more";
  input.replicas.lost_ages.assign(7, 15s);
  input.history = {{kNow - 60s, 10, 10}, {kNow - 15s, 9, 9}};
  Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  REQUIRE(decision.held);
  CHECK(decision.held->code == "CapacityLost");
  CHECK(decision.held->replicas == 7);
  CHECK(decision.held->message ==
        "7 replicas more than needed are held since 2027-01-15T08:00:00Z, at the cost of 7 replica-hours an hour: 7 "
        "replicas that served are not Ready since 2027-01-15T07:59:45Z (a, b and 5 more): demand may be low because of "
        "that, so nothing is scaled in below the 10 that were wanted before, until "
        "2027-01-15T08:59:45Z. To end it, mend or delete the pods that "
        "lost Ready, or set the replicas by hand: fewer are left as they are");

  SECTION("however long it lasts, with the same since") {
    decision = next(input, decision, 3600s);
    CHECK(decision.desired == 10);
    CHECK(decision.held->since == kNow);
  }
  SECTION("below what was wanted before, it does not hold") {
    input.memory = decision.memory;
    input.replicas.spec = 14;
    input.replicas.ready = 7;
    CHECK(decide(input, {}).desired == 10);
  }
  SECTION("a person ends it by hand") {
    input.memory = decision.memory;
    input.replicas = {4, 3, {}, ""};
    input.replicas.lost_ages = {60s};
    CHECK(decide(input, {}).desired == 4);
  }
  SECTION("it ends when they are Ready again") {
    input.memory = decision.memory;
    input.replicas = {10, 10, {}, ""};
    CHECK(decide(input, {}).desired == 3);
  }
}

TEST_CASE("where the highest ranks are removed first, as many ranks are kept as serve what is needed") {
  Input input = at_rest(10, demand(60));
  input.replicas = {10, 5, {}, ""};
  input.replicas.waiting_ages.assign(5, 600s);
  input.demand[0].value = 50;
  CHECK(decide(input, {}).desired == 5);  // pods that wait go first
  input.replicas.ready_ranks = {5, 6, 7, 8, 9};
  CHECK(decide(input, {}).desired == 10);
  CHECK(decide(input, {}).held->code == "LowerRanksFail");
  input.demand[0].value = 25;
  CHECK(decide(input, {}).desired == 8);
  input.replicas.ready_ranks = {0, 1, 2, 3, 4};
  CHECK(decide(input, {}).desired == 3);
}

TEST_CASE("where it is not known which pods are removed first, as many serve as are needed whichever go") {
  Input input = at_rest(10, demand(36));
  input.replicas.ready = 9;
  input.replicas.waiting_ages.assign(1, 600s);
  CHECK(decide(input, {}).desired == 3);
  input.replicas.removal_unknown = true;
  CHECK(decide(input, {}).desired == 4);  // whichever goes, three that serve are left
  CHECK(decide(input, {}).held->code == "RemovalUnknown");
  input.replicas.ready = 10;
  input.replicas.waiting_ages.clear();
  CHECK(decide(input, {}).desired == 3);
}

TEST_CASE("what is measured on pods is no whole while pods stand in place of others that served") {
  Input input = at_rest(10, demand(1.0, api::DemandKind::Utilization, 0.8));
  input.replicas = {10, 3, {}, ""};
  input.replicas.waiting_ages.assign(7, 600s);  // their node is lost
  input.replicas.missing = 7;
  CHECK(decide(input, {}).desired == 10);
  input.demand[0].value = 0.4;
  CHECK(decide(input, {}).desired == 10);
  CHECK(decide(input, {}).held->code == "PodsNotServing");
  input.replicas.missing = 0;  // they never served: the three carry all there is
  CHECK(decide(input, {}).desired == 2);
  input.demand[0].value = 1.0;  // and cannot carry more
  CHECK(decide(input, {}).desired == 10);

  input = at_rest(10, demand(36, api::DemandKind::Concurrency));
  input.demand[0].per_pod = true;
  input.replicas = {10, 3, {}, ""};
  input.replicas.waiting_ages.assign(7, 600s);
  CHECK(decide(input, {}).desired == 10);
}

TEST_CASE("replicas that are kept because nothing is known are said to be held") {
  Input input = at_rest(10, demand(36));
  input.demand[0].trust = Trust::Missing;
  input.demand[0].value.reset();
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  REQUIRE(decision.held);
  CHECK(decision.held->code == "NothingKnown");
  CHECK(next(input, decision, 3600s).held->since == kNow);
}

TEST_CASE("two demands that collapse at different times are held each for its own time") {
  const auto usual = flat(360, 1.0);
  Input input = at_rest(36, demand(0));
  input.demand.push_back(demand(360));
  input.demand[1].spec.name = "others";
  input.demand[0].fan = input.demand[1].fan = &usual;
  input.demand[0].collapsed = true;
  Decision decision = decide(input, {});
  decision = next(input, decision, 7200s);
  input.demand[1].collapsed = true;
  input.demand[1].value = 0;
  decision = next(input, decision, 60s);
  CHECK(decision.desired == 36);
  CHECK(decision.held->code == "DemandCollapsed");
}

TEST_CASE("a number of replicas that no cluster has costs no memory") {
  Input input = at_rest(2'000'000'000, demand(120));
  input.spec.max_replicas = 2'000'000'000;
  input.replicas.ready = 3;
  input.demand[0].confirmed = 12;
  CHECK(decide(input, {}).desired <= 2'000'000'000);
  input.replicas.ordered = true;
  const auto usual = flat(360, 1.0);
  input.demand[0].fan = &usual;
  CHECK(decide(input, {}).desired <= 2'000'000'000);
}

TEST_CASE("nothing is scaled in while fewer are Ready than are wanted, whatever kind of demand") {
  Input input = at_rest(10, demand(0.9, api::DemandKind::Utilization, 0.5));
  input.replicas = {10, 1, {}, ""};
  input.replicas.lost_ages.assign(9, 15s);
  CHECK(decide(input, {}).desired == 10);  // 1 × 0.9 / 0.5 = 2
  input.replicas.lost_ages.clear();
  input.replicas.failing_ages.assign(9, 600s);
  CHECK(decide(input, {}).desired == 10);

  input = at_rest(10, demand(36));  // the three that serve are full
  input.replicas = {10, 3, {}, ""};
  input.replicas.failing_ages.assign(7, 900s);
  CHECK(decide(input, {}).desired == 10);
  CHECK(decide(input, {}).held->code == "TooFewReady");
  input.demand[0].value = 31;  // as many are needed, and they are not full
  CHECK(decide(input, {}).desired == 3);
  input.demand[0].value = 36;
  input.demand[0].backlog = 0;  // nobody waits
  CHECK(decide(input, {}).desired == 3);
  input.demand[0].backlog.reset();
  input.replicas.failing_ages.clear();
  input.replicas.waiting_ages.assign(7, 900s);  // no room: those hold nothing
  CHECK(decide(input, {}).desired == 3);
}

TEST_CASE("what is measured on pods lacks those that do not serve") {
  Input input = at_rest(10, demand(36, api::DemandKind::Concurrency));
  input.demand[0].per_pod = true;
  CHECK(decide(input, {}).desired == 3);
  input.replicas.ready = 9;
  input.replicas.failing_ages = {40s};
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  CHECK(decision.held->code == "PodsNotServing");
  input.demand[0].per_pod = false;  // a gateway's demand is whole
  CHECK(decide(input, {}).desired == 3);
}

TEST_CASE("pods that wait for room hold nothing that nobody needs, in a rollout either") {
  Input input = at_rest(12, demand(36));
  input.replicas = {12, 7, {}, "7 of 12 updated replicas available"};
  input.replicas.waiting_ages.assign(5, 60s);
  CHECK(decide(input, {}).desired == 7);
  input.replicas.rollout.clear();
  CHECK(decide(input, {}).desired == 3);
}

TEST_CASE("pods that cannot be seen: what the scale counts stands in, and that is said") {
  Input input = at_rest(10, demand(110));
  input.replicas.unseen = "the scale has no selector";
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  CHECK_THAT(message(decision, "PodsUnseen"), Catch::Contains("the scale has no selector"));
  CHECK_THAT(message(decision, "PodsUnseen"), Catch::Contains("10 replicas that its scale counts"));
  input.demand[0].value = 36;
  CHECK(decide(input, {}).desired == 3);
}

TEST_CASE("where pods start one after another N of them need N lead times") {
  const auto steps = [](Millis ahead) { return ahead >= 1800s ? 60.0 : 24.0; };  // from half an hour on 5 serve 60/s
  const auto ramp = fan_of(steps, 1.0);
  Input input = at_rest(2, demand(24));
  input.demand[0].fan = &ramp;
  input.lead.p90 = 600s;
  CHECK(decide(input, {}).desired == 2);
  input.replicas.ordered = true;
  CHECK(decide(input, {}).desired == 5);  // the third start would end in half an hour

  const Supply supply = supply_of(
      [] {
        ReplicaInput replicas{6, 2, {100s, 0s}, ""};
        replicas.ordered = true;
        return replicas;
      }(),
      600s);
  CHECK(supply.at(499s) == 2);
  CHECK(supply.at(500s) == 3);
  CHECK(supply.at(1099s) == 3);
  CHECK(supply.at(1100s) == 4);
  CHECK(supply.at(2300s) == 6);  // and two whose pods do not exist yet
  CHECK(supply.until_ready(7) == 2900s);
}

TEST_CASE("a collapse of demand is held, then given back in steps, and an hour later nothing is left") {
  const auto usual = flat(360, 1.0);
  Input input = at_rest(30, demand(0));
  input.demand[0].fan = &usual;
  input.demand[0].collapsed = true;
  Decision decision = decide(input, {});
  CHECK(decision.desired == 30);
  CHECK(decision.held->code == "DemandCollapsed");
  std::map<int, int> kept;  // by minute
  for (int minute = 1; minute <= 61; ++minute) {
    decision = next(input, decision, 60s);
    input.replicas.spec = input.replicas.ready = kept[minute] = *decision.desired;
    CHECK(decision.desired <= (minute == 1 ? 30 : kept[minute - 1]));
  }
  CHECK(kept[14] == 30);  // two lead times of 430 s
  CHECK(kept[15] == 26);  // then a seventh less each
  CHECK(kept[40] == 13);
  CHECK(kept[61] == 1);
  SECTION("what starts quickly is given back sooner: ten lead times") {
    input.lead.p90 = 60s;
    input.memory = {};
    input.replicas.spec = input.replicas.ready = 30;
    decision = decide(input, {});
    decision = next(input, decision, 540s);
    CHECK(decision.desired > 1);
    CHECK(next(input, decision, 60s).desired == 1);
  }
  SECTION("when demand is back, so are the replicas") {
    input.demand[0].collapsed = false;
    input.demand[0].value = 360;
    CHECK(next(input, decision, 60s).desired == 40);  // and the queue until they are there
  }
}

TEST_CASE("a collapse keeps all for a lead time, however long, and is over after an hour") {
  const auto usual = flat(360, 1.0);
  for (const int lead_min : {12, 20, 40, 55}) {
    CAPTURE(lead_min);
    Input input = at_rest(30, demand(0));
    input.demand[0].fan = &usual;
    input.demand[0].collapsed = true;
    input.lead.p90 = std::chrono::minutes(lead_min);
    Decision decision = decide(input, {});
    std::map<int, int> kept{{0, 30}};  // by minute
    int steps = 0;
    for (int minute = 1; minute <= 61; ++minute) {
      decision = next(input, decision, 60s);
      input.replicas.spec = input.replicas.ready = kept[minute] = *decision.desired;
      steps += kept[minute] < kept[minute - 1] ? 1 : 0;
    }
    CHECK(kept[lead_min - 1] == 30);
    CHECK(kept[lead_min < 40 ? 29 : lead_min - 1] >= 24);
    CHECK(steps >= 4);
    CHECK(kept[61] == 1);
  }
}

TEST_CASE("who sets fewer replicas during a collapse is obeyed") {
  const auto usual = flat(360, 1.0);
  Input input = at_rest(30, demand(0));
  input.demand[0].fan = &usual;
  input.demand[0].collapsed = true;
  Decision decision = decide(input, {});
  input.replicas.spec = input.replicas.ready = 4;
  CHECK(next(input, decision, 60s).desired == 4);
}

TEST_CASE("an empty queue alone takes one replica a lead time") {
  Input input = at_rest(12, demand(0, api::DemandKind::Queue, 10));
  Decision decision = decide(input, {});
  CHECK(decision.desired == 11);
  input.history = {{kNow - 60s, 12}};
  CHECK(decide(input, {}).desired == 11);
  input.replicas.spec = input.replicas.ready = 11;
  CHECK(decide(input, {}).desired == 11);
  input.history = {{kNow - 431s, 12}, {kNow - 400s, 11}};
  CHECK(decide(input, {}).desired == 10);
  CHECK(decide(input, {}).held->code == "QueueAlone");

  input.demand[0].spec.running_query = "sum(busy)";
  input.demand[0].running = 78;
  CHECK(decide(input, {}).desired == 8);
  input.demand[0].running.reset();
  input.demand[0].running_missing = true;
  CHECK(decide(input, {}).desired == 11);
}

TEST_CASE("a jump is followed up to twice the replicas, beyond that when a second sample confirms it") {
  Input input = at_rest(5, demand(480));
  input.demand[0].confirmed = 55;
  Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  CHECK_THAT(message(decision, "JumpUnconfirmed"), Catch::Contains("twice the 5 replicas of before"));
  input.replicas = {10, 5, {15s, 15s, 15s, 15s, 15s}, ""};
  decision = next(input, decision, 15s);
  CHECK(decision.desired == 10);  // twice those of before the jump, not of now
  SECTION("confirmed") {
    input.demand[0].confirmed = 480;
    CHECK(next(input, decision, 15s).desired == 40);
  }
  SECTION("let go") {
    input.demand[0].value = 55;
    decision = next(input, decision, 15s);
    CHECK(decision.desired == 10);  // those that start are let start
    input.demand[0].value = 480;    // and the next fluke is no jump from those
    CHECK(next(input, decision, 180s).desired == 10);
    input.demand[0].value = 55;
    decision = next(input, decision, 180s);
    decision = next(input, decision, 300s);
    CHECK_FALSE(decision.memory.jump);
  }
  SECTION("flukes again and again cost no more than the first") {
    for (int i = 0; i < 40; ++i) {
      input.demand[0].value = i % 2 == 0 ? 55 : 1e9;
      input.replicas.spec = input.replicas.ready = *decision.desired;
      input.replicas.starting_ages.clear();
      decision = next(input, decision, 120s);
    }
    CHECK(decision.desired <= 10);
  }
  SECTION("within twice the replicas nothing is asked") {
    input = at_rest(5, demand(110));
    input.demand[0].confirmed = 55;
    CHECK(decide(input, {}).desired == 10);
    CHECK(message(decide(input, {}), "JumpUnconfirmed").empty());
  }
}

TEST_CASE("a backlog or work in progress that jumps is followed like demand that jumps") {
  Input input = at_rest(5, demand(60));
  input.demand[0].spec.backlog_query = "sum(queue)";
  input.demand[0].backlog = 1e9;
  input.demand[0].confirmed = 60;
  input.demand[0].confirmed_backlog = 0;
  const auto usual = flat(60, 1.0);
  SECTION("of a rate") {}
  SECTION("of a rate with a forecast") {
    input.demand[0].fan = &usual;
  }
  SECTION("of a concurrency with a forecast") {
    input.demand[0].spec.kind = api::DemandKind::Concurrency;
    input.demand[0].fan = &usual;
  }
  SECTION("of a queue") {
    input.demand[0].spec.kind = api::DemandKind::Queue;
    input.demand[0].spec.backlog_query.reset();
    input.demand[0].backlog.reset();
    input.demand[0].spec.running_query = "sum(busy)";
    input.demand[0].running = 1e9;
    input.demand[0].confirmed_running = 0;
  }
  Decision decision = decide(input, {});
  CHECK(decision.desired == 10);
  CHECK_FALSE(message(decision, "JumpUnconfirmed").empty());
  input.demand[0].confirmed_backlog = input.demand[0].confirmed_running = 1e9;
  CHECK(next(input, decision, 15s).desired == input.spec.max_replicas);
}

TEST_CASE("what is measured on pods is believed when those that do not serve have not for long, beside them") {
  Input input = at_rest(13, demand(0.2, api::DemandKind::Utilization, 0.8));
  input.replicas.ready = 12;
  input.replicas.starting_ages = {900s};  // it hangs
  Decision decision = decide(input, {});
  CHECK(decision.desired == 13);
  CHECK(next(input, decision, 3600s).desired == 4);
}

TEST_CASE("an old loss disarms no hold of others") {
  Input input = at_rest(10, demand(60));
  input.replicas = {10, 2, {}, ""};
  input.replicas.failing_ages.assign(8, 900s);
  CHECK(decide(input, {}).desired == 10);
  input.replicas.failing_ages.pop_back();
  input.replicas.lost_ages = {7200s};
  CHECK(decide(input, {}).desired >= 10);

  input = at_rest(10, demand(108));
  input.replicas.ready = 9;
  input.replicas.lost_ages = {15s};
  Decision decision = decide(input, {});
  input.replicas = {11, 9, {}, ""};
  input.replicas.lost_ages = {7200s};
  decision = next(input, decision, 7200s);
  input.replicas.ready = 5;
  input.replicas.lost_ages = {7200s, 15s, 15s, 15s, 15s};
  input.demand[0].value = 12;
  CHECK(next(input, decision, 15s).desired >= 9);
}

TEST_CASE("a collapse at maxReplicas is no reason to raise it") {
  const auto usual = flat(480, 1.0);
  Input input = at_rest(40, demand(0));
  input.spec.min_replicas = 2;
  input.demand[0].fan = &usual;
  input.demand[0].collapsed = true;
  const Decision decision = decide(input, {});
  CHECK(decision.desired == 40);
  CHECK(decision.limited);
  CHECK_FALSE(decision.cut_by_max);
  input.demand[0].collapsed = false;
  input.demand[0].value = 960;
  CHECK(decide(input, {}).cut_by_max);
}

TEST_CASE("what the bounds keep is held by nothing else") {
  Input input = at_rest(5, demand(12));
  input.spec.min_replicas = 5;
  input.demand[0].trust = Trust::Partial;
  CHECK_FALSE(decide(input, {}).held);
  input.replicas.spec = input.replicas.ready = 6;
  REQUIRE(decide(input, {}).held);
  CHECK(decide(input, {}).held->replicas == 1);
  CHECK_THAT(decide(input, {}).held->message, Catch::Contains("1 replica more than needed is held"));
}

TEST_CASE("who only sets replicas back keeps no bounds: ours hold") {
  Input input = at_rest(1, demand(120));
  input.spec.min_replicas = 4;
  input.conflict = "\"argocd\" set the replicas back";
  CHECK(decide(input, {}).action == Action::Hold);  // another autoscaler has bounds of its own
  input.owner_knows_no_bounds = true;
  const Decision decision = decide(input, {});
  CHECK(decision.action == Action::ScaleOut);
  CHECK(decision.desired == 4);
  input.replicas = {4, 4, {}, ""};
  CHECK(decide(input, {}).action == Action::Hold);
}

TEST_CASE("where pods start one after another, what would be started again at once is not given back") {
  const auto steps = [](Millis ahead) { return ahead >= 1800s ? 60.0 : 24.0; };
  const auto ramp = fan_of(steps, 1.0);
  Input input = at_rest(5, demand(24));
  input.demand[0].fan = &ramp;
  input.lead.p90 = 600s;
  CHECK(decide(input, {}).desired == 2);
  input.replicas.ordered = true;
  CHECK(decide(input, {}).desired == 3);  // of three the fourth is Ready in ten minutes, the fifth in twenty
}
