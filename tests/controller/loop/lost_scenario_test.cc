// Golden scenarios: pods that lose Ready, that cannot be seen, that start one after another, rollouts that do not end,
// targets that are written by others or created anew. What is wanted is followed, and the conditions say what happened.
#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Ten replicas and demand for ten, reactive.
struct Calm : World {
  double demand = 95;
  Calm() {
    spec().forecast.model = api::ModelChoice::Off;
    deployment().replicas = 10;
    cluster.settle("llm", true);
    metrics.series["demand"].value = [this](WallTime) { return demand; };
    run_for(2min);
  }
};

TEST_CASE_METHOD(Calm, "pods lose Ready and demand rises: need is followed in the next cycle") {
  REQUIRE(cluster.scale_writes.empty());
  deployment().lose(3);
  demand = 160;
  cycle();
  CHECK(deployment().replicas == 16);
  CHECK(condition("AbleToScale").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Calm, "pods that the controller saw Ready itself are lost, whatever the API still shows") {
  deployment().lose(7);
  demand = 30;  // the clients of those that are gone do not ask elsewhere
  run_for(20min);
  CHECK(cluster.scale_writes.empty());
  const auto& held = condition("ScaleInHeld");
  CHECK(held.status == api::ConditionStatus::True);
  CHECK(held.reason == "CapacityLost");
  CHECK(held.message.find("llm-0, llm-1, llm-2 and 4 more") != std::string::npos);
  CHECK(held.message.find("replica-hours an hour") != std::string::npos);

  for (auto& pod : deployment().pods) pod.ready_at = clock.now();  // they are back
  run_for(20min);
  CHECK(deployment().replicas == 3);
  CHECK(condition("ScaleInHeld").status == api::ConditionStatus::False);
}

TEST_CASE_METHOD(Calm, "a scale without a selector: what it counts stands in, and READY is not known") {
  deployment().as_seen = [](ports::Target& target) {
    target.pods.clear();
    target.pods_unseen = "its scale publishes no selector";
  };
  run_for(20min);
  CHECK(cluster.scale_writes.empty());
  CHECK_FALSE(status().ready_replicas);
  CHECK(condition("TargetFound").reason == "PodsUnseen");
  demand = 190;
  cycle();
  CHECK(deployment().replicas == 19);
  demand = 45;
  run_for(20min);
  CHECK(deployment().replicas == 5);
}

TEST_CASE_METHOD(Calm, "writes by a rollout in between: tried again at once while the replicas are as decided from") {
  int writes = 0;
  deployment().before_write = [&](Deployment& one) { one.version += ++writes <= 2 ? 1 : 0; };
  demand = 160;
  cycle();
  CHECK(deployment().replicas == 16);
  CHECK(writes == 3);
}

TEST_CASE_METHOD(Calm, "somebody else's replicas are not written over") {
  deployment().before_write = [&](Deployment& one) {
    one.version += 1;
    one.replicas = 12;
    one.before_write = nullptr;
  };
  demand = 160;
  cycle();
  CHECK(deployment().replicas == 12);
  cycle();
  CHECK(deployment().replicas == 16);
}

TEST_CASE_METHOD(Calm, "writes that conflict in cycle after cycle are on the condition") {
  deployment().before_write = [](Deployment& one) { ++one.version; };
  demand = 160;
  cycle();
  CHECK(condition("AbleToScale").reason == "ReadyToScale");
  cycle();
  CHECK(condition("AbleToScale").reason == "WriteConflict");
  deployment().before_write = nullptr;
  cycle();
  CHECK(deployment().replicas == 16);
  CHECK(condition("AbleToScale").reason == "ReadyToScale");
}

TEST_CASE_METHOD(Calm, "a target that is created anew is another target, however often") {
  spec().min_replicas = 4;
  for (const std::string uid : {"second", "third", "fourth"}) {
    deployment().uid = uid;
    deployment().replicas = 1;
    ++deployment().version;
    cluster.settle("llm", true);
    cycle();
    CHECK(deployment().replicas == 10);
    run_for(1min);
  }
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(Calm, "who sets the replicas back twice is named, left alone, and kept from going below min") {
  spec().min_replicas = 4;
  demand = 160;
  const auto revert = [&](int to) {
    deployment().replicas = to;
    ++deployment().version;
    cluster.settle("llm", true);
  };
  deployment().as_seen = [](ports::Target& target) { target.replicas_writer = "argocd-controller"; };
  cycle();
  revert(10);
  cycle();
  revert(10);
  cycle();
  CHECK(condition("Ready").reason == "Conflict");
  CHECK(condition("Ready").message.find("argocd-controller") != std::string::npos);
  CHECK(deployment().replicas == 10);
  revert(1);
  cycle();
  CHECK(deployment().replicas == 4);
}

TEST_CASE_METHOD(Calm, "a rollout without progress for its deadline holds no scale-in any more") {
  deployment().rollout = "8 of 10 replicas updated";
  deployment().as_seen = [](ports::Target& target) { target.progress_deadline = 15min; };
  demand = 45;
  run_for(10min);
  deployment().rollout = "9 of 10 replicas updated";  // progress
  run_for(14min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("ScaleInHeld").reason == "Rollout");
  run_for(7min);  // and the window of five minutes
  CHECK(deployment().replicas == 5);
}

TEST_CASE_METHOD(World, "the lead time of pods that were there before is observed until starts are measured") {
  deployment().lead = 70s;
  deployment().replicas = 4;
  cluster.settle("llm", true);
  cycle();
  CHECK(status().lead_time.source == api::LeadTimeSource::Observed);
  CHECK(status().lead_time.p90 == 70s);
  deployment().lead = 100s;
  for (int i = 0; i < 3; ++i) {
    ++deployment().replicas;
    cluster.settle("llm");
    run_for(3min);
  }
  CHECK(status().lead_time.source == api::LeadTimeSource::Measured);
  CHECK(status().lead_time.p90 >= 100s);
}

TEST_CASE_METHOD(
    Calm, "where the highest ranks are removed first, those that serve are not given back for those that do not") {
  deployment().as_seen = [](ports::Target& target) {
    target.removal = ports::Removal::HighestRank;
    for (std::size_t i = 0; i < target.pods.size(); ++i) target.pods[i].name = "llm-" + std::to_string(i);
  };
  cycle();
  for (std::size_t i = 0; i < 5; ++i) {  // their node is gone, and others of the same rank wait for room
    auto& one = deployment().pods[i];
    one.pod.uid += "-again";
    one.pod.created = clock.time;
    one.pod.node.clear();
    one.pod.ready_since.reset();
    one.ready_at = WallTime::max();
  }
  demand = 45;
  run_for(40min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("ScaleInHeld").status == api::ConditionStatus::True);
  CHECK(condition("ScaleInHeld").reason == "LowerRanksFail");
}

TEST_CASE_METHOD(Calm, "pods that are made anew every minute and are never Ready are starts that do not come up") {
  spec().lead_time = 3min;
  for (int minute = 0; minute < 9; ++minute) {
    for (std::size_t i = 0; i < 7; ++i) {
      auto& one = deployment().pods[i];
      one.pod.uid += "+";
      one.pod.created = clock.time;
      one.pod.ready_since.reset();
      one.ready_at = WallTime::max();
    }
    run_for(1min);
  }
  CHECK(condition("ReplicasServing").status == api::ConditionStatus::False);
  CHECK(condition("ReplicasServing").reason == "StartupStuck");
}

TEST_CASE_METHOD(Calm, "a hold that no other condition explains gives an Event") {
  deployment().rollout = "8 of 10 replicas updated";
  demand = 45;
  run_for(10min);
  const auto told = [&] {
    return std::count_if(cluster.events.begin(), cluster.events.end(),
                         [](const auto& event) { return event.second.reason == "Rollout"; });
  };
  CHECK(told() == 1);
}

TEST_CASE_METHOD(Calm, "a target that cannot be read is never taken for a rollout that stalled") {
  deployment().rollout = "it cannot be read: forbidden";
  deployment().as_seen = [](ports::Target& target) { target.progress_deadline = Millis::max(); };
  demand = 45;
  run_for(3h);
  CHECK(deployment().replicas == 10);
}

TEST_CASE_METHOD(Calm, "a rollout whose counts only go to and fro makes no progress") {
  demand = 45;
  for (int i = 0; i < 60; ++i) {
    deployment().rollout = i % 2 == 0 ? "7 of 10 updated replicas available" : "8 of 10 updated replicas available";
    run_for(30s);
  }
  CHECK(deployment().replicas == 5);
}

TEST_CASE("another version is another rollout, whose words may repeat the last one's") {
  RolloutMemory memory;
  const WallTime begin{Millis(1'800'000'000'000)};
  memory.observe("5 of 10 replicas updated", 1, begin);
  CHECK(memory.is_stalled(10min, begin + 10min));
  memory.observe("5 of 10 replicas updated", 2, begin + 10min);
  CHECK_FALSE(memory.is_stalled(10min, begin + 10min));
}

TEST_CASE_METHOD(Calm, "conflicts are over when nothing is to be written any more") {
  demand = 160;
  deployment().before_write = [&](Deployment& one) { ++one.version; };
  run_for(1min);
  REQUIRE(condition("AbleToScale").reason == "WriteConflict");
  demand = 95;
  run_for(15s);
  CHECK(condition("AbleToScale").reason == "ReadyToScale");
}

TEST_CASE_METHOD(Calm, "work in progress that is not known is said with the metrics") {
  spec().demand[0].kind = api::DemandKind::Queue;
  spec().demand[0].running_query = "busy";  // matches nothing
  run_for(15s);
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::False);
  CHECK(condition("MetricsHealthy").reason == "RunningMissing");
}

TEST_CASE_METHOD(Calm, "a pod of many that loses Ready now and then keeps nothing that nobody needs") {
  spec().max_replicas = 40;
  deployment().replicas = 40;
  cluster.settle("llm", true);
  demand = 30;
  for (int i = 0; i < 10; ++i) {
    auto& one = deployment().pods[0];
    one.pod.ready_since.reset();
    one.pod.lost_since = clock.time;
    one.ready_at = WallTime::max();
    run_for(15s);
    one.pod.lost_since.reset();
    one.pod.ready_since = one.ready_at = clock.time;
    run_for(255s);
  }
  CHECK(deployment().replicas <= 5);
}

TEST_CASE_METHOD(Calm, "a scale-in that conflicts is not tried again at once: a rollout may have begun") {
  demand = 45;
  int conflicts = 0;
  deployment().before_write = [&](Deployment& one) { ++one.version, ++conflicts; };
  run_for(6min);
  CHECK(conflicts >= 1);
  CHECK(deployment().replicas == 10);
}

TEST_CASE("a pod that is lost, comes back and is lost again is not waited for") {
  PodMemory memory;
  ports::Pod pod;
  pod.uid = "a";
  const WallTime now{Millis(1'800'000'000'000)};
  const auto look = [&](bool ready) {
    pod.ready_since.reset();
    if (ready) pod.ready_since = now;
    memory.observe({pod}, 1, now);
  };
  look(true), look(false), look(false);
  CHECK(memory.lost_since(pod) == now);
  CHECK_FALSE(memory.is_unsteady("a"));
  CHECK(memory.unsteady_since(now) == 0);
  look(true);
  CHECK_FALSE(memory.lost_since(pod));
  look(false);
  CHECK(memory.is_unsteady("a"));
  look(true);
  CHECK(memory.unsteady_since(now) == 1);
  CHECK(memory.unsteady_since(now + 1s) == 0);
  memory.observe({}, 1, now);
  CHECK_FALSE(memory.was_lost("a"));  // it is gone
}

TEST_CASE("a pod that goes before it is Ready and the pod in its place are the same start") {
  PodMemory memory;
  const WallTime begin{Millis(1'800'000'000'000)};
  WallTime now = begin;
  std::vector<ports::Pod> pods(2);
  pods[0].uid = "steady", pods[0].ready_since = begin;
  const auto start_at = [&](const std::string& newest, int spec) {
    now += 1min;
    if (newest != pods[1].uid) pods[1].uid = newest, pods[1].created = now;
    memory.observe(pods, spec, now);
    return memory.start_of(pods[1]);
  };
  CHECK(start_at("a", 2) == begin + 1min);
  CHECK(start_at("b", 2) == begin + 1min);
  pods[1].deleting = true;
  start_at("b", 2);
  pods[1].deleting = false;
  CHECK(start_at("c", 2) == begin + 1min);
  pods[1].ready_since = now;
  start_at("c", 2);
  pods[1].ready_since.reset();
  CHECK(start_at("d", 3) == now);
  CHECK(start_at("e", 2) == now);  // fewer are asked for: it was not the pod's fault
}

TEST_CASE("replicas that served are missing, whatever stands in their place, and no others") {
  PodMemory memory;
  const auto look = [&](int ready, int waiting, int spec) {
    std::vector<ports::Pod> pods(static_cast<std::size_t>(ready + waiting));
    for (std::size_t i = 0; i < pods.size(); ++i) {
      pods[i].uid = std::to_string(i);
      if (static_cast<int>(i) < ready) pods[i].ready_since = WallTime{};
    }
    memory.observe(pods, spec, WallTime{});
    return memory.missing();
  };
  CHECK(look(7, 5, 12) == 0);
  CHECK(look(12, 0, 12) == 0);
  CHECK(look(3, 9, 12) == 9);
  CHECK(look(3, 9, 20) == 9);
  CHECK(look(3, 2, 5) == 2);
  CHECK(look(5, 0, 5) == 0);
}

TEST_CASE("pods that were created as the one before became Ready start in order") {
  std::vector<ports::Pod> pods(5);
  const WallTime begin{Millis(1'800'000'000'000)};
  for (int i = 0; i < 5; ++i) {
    pods[static_cast<std::size_t>(i)].created = begin + i * 61s;
    pods[static_cast<std::size_t>(i)].ready_since = begin + i * 61s + 60s;
  }
  CHECK(are_started_in_order(pods));
  pods.back().ready_since.reset();  // the newest is still starting
  CHECK(are_started_in_order(pods));
  pods[3].created -= 30s;  // while the one before was starting
  CHECK_FALSE(are_started_in_order(pods));
  pods.resize(4);
  CHECK_FALSE(are_started_in_order(pods));
}

}  // namespace
}  // namespace aia::loop::fakes
