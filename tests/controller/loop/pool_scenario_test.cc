// Nodes before pods, in virtual time: an hourly ramp on a pool whose nodes take four minutes and replicas three. With
// nodes asked for ahead no pod waits for one; without, each new pod does. Then everything that may go wrong with a
// pool, each with the condition that says so.
#include <catch2/catch.hpp>

#include "tests/controller/loop/pool_world.h"

namespace aia::loop::fakes {
namespace {

/// 20 requests/s, from minute 30 rising to 120 at minute 40, back at minute 55.
double rising(WallTime at) {
  const double minute = std::fmod(std::chrono::duration<double, std::ratio<60>>(at.time_since_epoch()).count(), 60);
  if (minute < 30 || minute >= 55) return 20;
  return minute < 40 ? 20 + (minute - 30) * 10 : 120;
}

struct Ramp : PoolWorld {
  explicit Ramp(api::Sizing sizing, bool pooled = true) : PoolWorld(sizing) {
    metrics.series["demand"].value = rising;
    spec().forecast.model = api::ModelChoice::Auto;
    spec().forecast.history = 12h;
    spec().forecast.seasons = {1h};
    if (!pooled) spec().node_pool.reset(), optional_ports.pools = nullptr;
    settings.node_shrink_window = 3min;
    restart();
    steps(2h);  // settled in its rhythm
    late_pods = new_pods = 0;
  }
};

TEST_CASE("pools: with a buffer ahead of the ramp new pods find a node, without it each waits for one") {
  Ramp ahead(api::Sizing::CapacityBuffer);
  int most_beyond = 0;
  ahead.steps(1h, [&] {
    const int pods = static_cast<int>(ahead.deployment().pods.size());
    most_beyond = std::max(most_beyond, ahead.node_count() - pods - ahead.buffer());
  });
  Ramp without(api::Sizing::CapacityBuffer, false);
  without.steps(1h);
  INFO(ahead.late_pods << " of " << ahead.new_pods << " late with, " << without.late_pods << " of " << without.new_pods
                       << " without");
  CHECK(without.new_pods >= 10);
  CHECK(without.late_pods >= 0.9 * without.new_pods);
  CHECK(ahead.new_pods >= 10);
  CHECK(ahead.late_pods <= 0.05 * ahead.new_pods);
  CHECK(most_beyond <= 1);         // a buffer whose replicas were started never fills up again
  ahead.steps(15min);              // the quiet part of the hour
  CHECK(ahead.node_count() <= 5);  // given back
  CHECK(ahead.condition("NodesAhead").reason == "Active");
  CHECK(ahead.pool_condition("Ready").reason == "Active");
  CHECK(ahead.pool().planned_nodes.has_value());
  CHECK(ahead.pool().gpus == ahead.pool().ready_nodes * 8);
}

TEST_CASE("pools: a scale grows before the ramp and shrinks behind it, never below what pods hold") {
  Ramp ahead(api::Sizing::Scale);
  int worst = 100;
  ahead.steps(1h, [&] {
    int held = 0;
    for (const auto& one : ahead.pools.nodes["h100"]) held += one.node.busy ? 1 : 0;
    worst = std::min(worst, ahead.pools.sizes.at("h100") - held);
  });
  INFO(ahead.late_pods << " of " << ahead.new_pods);
  CHECK(ahead.new_pods >= 10);
  CHECK(ahead.late_pods <= 0.05 * ahead.new_pods);
  CHECK(worst >= 0);
  ahead.steps(15min);
  CHECK(ahead.pools.sizes.at("h100") <= 5);
  CHECK(ahead.pool().before->nodes == 2);  // as it was before we came
}

TEST_CASE("pools: Recommend asks for nothing, and says what it would") {
  PoolWorld world;
  world.spec().mode = api::Mode::Recommend;
  world.pools.writes.clear();
  world.demand = 95;
  world.steps(10min);
  CHECK(world.pools.writes.empty());
  CHECK(world.pool_condition("AbleToSize").reason == "Recommending");
  CHECK(world.condition("NodesAhead").reason == "Recommending");
  CHECK(*world.pool().planned_nodes >= 10);
}

TEST_CASE("pools: a namespace that may not use it, and a pool that is not there, are said and nothing is asked for") {
  PoolWorld world;
  world.pools.objects.at("h100").object.spec.namespaces = {"other"};
  world.steps(1min);
  CHECK(world.condition("NodesAhead").reason == "NamespaceNotAllowed");
  CHECK(world.buffer() == 0);
  world.spec().node_pool = "h200";
  world.steps(1min);
  CHECK(world.condition("NodesAhead").reason == "PoolNotFound");
}

TEST_CASE("pools: where somebody else sizes it nothing is written, and replicas count in the node's lead") {
  PoolWorld world;
  world.pools.refusal = api::Reason{api::Code::NoBufferApi, "the cluster serves no CapacityBuffer"};
  world.pools.writes.clear();
  world.steps(10min);
  CHECK(world.pools.writes.empty());
  CHECK(world.pool_condition("AbleToSize").reason == "NoBufferApi");
  CHECK(world.condition("NodesAhead").reason == "NoBufferApi");
  CHECK(world.condition("NodesAhead").status == api::ConditionStatus::False);
}

TEST_CASE("pools: a read that fails once does not have replicas started a node lead earlier, a refusal does") {
  const auto most_wanted = [](const std::function<void(FakePools&)>& trouble) {
    Ramp ramp(api::Sizing::Scale);
    int most = 0;
    ramp.steps(28min);  // the ramp is nearer than a node and a pod take, and further than a pod takes
    trouble(ramp.pools);
    ramp.steps(15s, [&] { most = std::max(most, ramp.deployment().replicas); });
    return most;
  };
  const int calm = most_wanted([](FakePools&) {});
  CHECK(most_wanted([](FakePools& pools) {
          pools.supply_problem = Error{ErrorKind::Timeout, "no answer in time", {}};
        }) == calm);
  CHECK(most_wanted([](FakePools& pools) {
          pools.refusal = api::Reason{api::Code::PoolPaused, "it is paused"};
        }) > calm);
}

TEST_CASE("pools: after an outage nothing goes because little was known during it") {
  Ramp ramp(api::Sizing::Scale);
  ramp.steps(29min);
  const int asked = ramp.pools.sizes.at("h100");
  REQUIRE(asked > ramp.deployment().replicas + 1);
  ramp.metrics.series["demand"].error = Error{ErrorKind::Unavailable, "connection refused", {}};
  ramp.steps(10min);
  const int kept = ramp.pools.sizes.at("h100");
  CHECK(kept >= asked);
  ramp.metrics.series["demand"].error.reset();
  ramp.metrics.series["demand"].value = [](WallTime) { return 20; };  // the ramp did not come
  ramp.steps(2min);
  CHECK(ramp.pools.sizes.at("h100") >= kept);
  ramp.steps(30min);
  CHECK(ramp.pools.sizes.at("h100") < asked);
}

TEST_CASE("pools: the shrink window stands still while something is not known") {
  PoolWorld world(api::Sizing::Scale);
  world.settings.node_shrink_window = 10min;
  world.settings.scale_down_stabilization = 0s;
  world.restart();
  world.demand = 80;
  world.steps(10min);
  REQUIRE(world.pools.sizes.at("h100") == 8);
  world.demand = 20;
  world.steps(4min);  // pods have gone, and four nodes wait for the window
  REQUIRE(world.deployment().replicas <= 4);
  REQUIRE(world.pools.sizes.at("h100") == 8);
  const bool long_one = GENERATE(true, false);
  world.metrics.series["demand"].error = Error{ErrorKind::Unavailable, "connection refused", {}};
  world.steps(long_one ? Millis(30min) : Millis(15s));
  world.metrics.series["demand"].error.reset();
  world.steps(4min);
  CHECK(world.pools.sizes.at("h100") == 8);
  world.steps(6min);
  CHECK(world.pools.sizes.at("h100") < 8);
}

TEST_CASE("pools: what the forecast asked for stays while the past cannot be read, or ends") {
  const bool fails = GENERATE(true, false);
  Ramp ramp(api::Sizing::Scale);
  ramp.clock.time += 7s;  // no cycle begins with a minute
  ramp.steps(29min);
  const int asked = ramp.pools.sizes.at("h100");
  REQUIRE(asked > ramp.deployment().replicas + 1);
  auto& demand = ramp.metrics.series["demand"];
  if (fails) demand.range_error = Error{ErrorKind::Timeout, "no answer within 7.5s", {}};
  demand.value = [&](WallTime at) { return !fails && at.time_since_epoch() % 1min == 0min ? std::nan("") : 20; };
  ramp.steps(40min);
  CHECK(ramp.condition("ForecastEligible").status == api::ConditionStatus::False);
  CHECK(ramp.pools.sizes.at("h100") >= asked);
  demand.range_error.reset();
  demand.value = [](WallTime) { return 20; };
  ramp.steps(30min);
  CHECK(ramp.pools.sizes.at("h100") < asked);
}

TEST_CASE("pools: nodes that never come are said after twice the lead, and replicas follow what is needed now") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.comes = false;
  world.demand = 60;
  world.steps(7min);
  CHECK(world.deployment().replicas == 6);
  CHECK(world.pools.sizes.at("h100") == 6);
  CHECK(world.pool_condition("NodesArriving").status == api::ConditionStatus::True);
  world.steps(3min);
  CHECK(world.pool_condition("NodesArriving").reason == "NodesStuck");
  world.demand = 90;
  world.steps(2min);
  CHECK(world.deployment().replicas == 9);   // replicas do not wait for nodes
  CHECK(world.pools.sizes.at("h100") == 6);  // and no more nodes are asked for
}

TEST_CASE("pools: max nodes is hard, and said") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.objects.at("h100").object.spec.max_nodes = 4;
  world.demand = 95;
  world.steps(5min);
  CHECK(world.pools.sizes.at("h100") == 4);
  CHECK(world.pool_condition("SizeLimited").reason == "MaxNodes");
}

TEST_CASE("pools: nodes count once they have their GPUs, and that they lack them is said") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.objects.at("h100").object.spec.lead_time.reset();
  world.pools.gpu_lag = 2min;
  world.demand = 40;
  world.steps(5min);
  CHECK(world.pool_condition("GpusFound").reason == "GpuResourceMissing");
  CHECK(world.pool().ready_nodes == 2);
  world.steps(3min);
  CHECK(world.pool().ready_nodes == 4);
  REQUIRE(world.pool().lead_time.samples.size() == 2);
  CHECK(world.pool().lead_time.samples.back() >= 6min);
  CHECK(world.pool().lead_time.samples.back() <= 6min + 15s);
}

TEST_CASE("pools: a new node is one without what daemons hold there, also while every node is in use") {
  PoolWorld world(api::Sizing::Scale);
  world.deployment().replica = api::ReplicaShape{{{{{"nvidia.com/gpu", 8}, {"cpu", 95'500}}, 1}}};
  world.demand = 40;
  world.steps(5min);
  CHECK(world.pools.sizes.at("h100") == 4);
  for (auto& node : world.pools.nodes["h100"]) node.node.daemons = {{"cpu", 1'000}};
  world.demand = 60;
  world.steps(5min);
  CHECK(world.pools.sizes.at("h100") == 4);  // 96 cores, and a daemon has one of them
  const auto& reasons = world.pool().reasons;
  CHECK(std::any_of(reasons.begin(), reasons.end(), [](const auto& one) { return one.code == "FitsNoNode"; }));
}

TEST_CASE("pools: a rollout's surge is no reason to ask for more, whatever the bounds") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.surge = 1;
  world.steps(3min);
  CHECK(world.pools.sizes.at("h100") == 2);
  world.pools.objects.at("h100").object.spec.max_nodes = 2;
  world.pools.surge = 2;
  world.demand = 35;
  world.steps(3min);
  CHECK(world.pools.sizes.at("h100") == 2);
}

TEST_CASE("pools: labels that match nothing") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.nodes["h100"].clear();
  world.pools.sizes["h100"] = 0;
  world.steps(1min);
  CHECK(world.pool_condition("NodesFound").reason == "NoNodeMatches");
}

TEST_CASE("pools: a provider that shows no requests is measured from our write") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.shows_requests = false;
  world.pools.objects.at("h100").object.spec.lead_time.reset();
  world.demand = 50;
  world.steps(6min);
  REQUIRE(world.pool().lead_time.samples.size() == 3);
  CHECK(world.pool().lead_time.samples.front() >= 4min);
  CHECK(world.pool().lead_time.samples.front() <= 4min + 30s);
}

}  // namespace
}  // namespace aia::loop::fakes
