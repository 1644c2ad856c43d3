// Nodes that break, do not come, or were not seen to come, in virtual time: who still gets nodes, and what is said.
#include <catch2/catch.hpp>

#include "tests/controller/loop/pool_world.h"

namespace aia::loop::fakes {
namespace {

using Catch::Matchers::Contains;

/// A pool with a scale, whose provider shows what was asked for or does not.
struct Scaled : PoolWorld {
  Scaled() : PoolWorld(api::Sizing::Scale) {}
  int size() { return pools.sizes.at("h100"); }
  FakeNode& newest() { return pools.nodes.at("h100").back(); }
};

TEST_CASE_METHOD(Scaled, "pools: a node that was down before the controller started holds nothing up, and is named") {
  newest().down = true;
  newest().node.created = clock.now() - 1h;
  deployment().replicas = 1, demand = 8;
  restart();
  steps(1min);
  CHECK(pool_condition("NodesArriving").status == api::ConditionStatus::True);
  CHECK_THAT(pool_condition("NodesFound").message, Contains("node-1 is not Ready"));
  demand = 38;
  steps(1min);
  CHECK(size() == 5);  // four are of use
}

TEST_CASE_METHOD(Scaled, "pools: a node that goes down while it is watched is replaced, and counts no longer") {
  deployment().replicas = 1, demand = 8;
  steps(1min);
  newest().down = true;
  demand = 28;
  steps(20min);
  CHECK(size() == 4);
  CHECK(pool_condition("NodesArriving").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Scaled, "pools: one that got stuck stops nobody once another one came that was asked for later") {
  pools.comes = false;
  demand = 28;
  steps(7min);
  REQUIRE(size() == 3);
  pools.comes = true;
  demand = 98;
  steps(2min);
  REQUIRE(pool_condition("NodesArriving").reason == "NodesStuck");
  steps(13min);
  CHECK(size() == 11);  // nine more came, or will, and ten are of use
}

TEST_CASE_METHOD(Scaled, "pools: when one is stuck another is tried, and when that fails, too, none is for ever") {
  pools.comes = false;
  demand = 28;
  steps(7min);
  REQUIRE(size() == 3);
  steps(2min);
  CHECK(size() == 4);
  demand = 98;
  steps(3h);
  CHECK(size() == 4);
  restart();
  steps(3h);
  CHECK(size() == 4);
  pools.comes = true;
  pools.nodes["h100"].resize(2);  // somebody cleared them away, and they are made anew
  steps(20min);
  CHECK(size() == 10);
}

TEST_CASE_METHOD(Scaled, "pools: a node that lost one GPU of eight serves with seven, and that is said") {
  deployment().replica = api::ReplicaShape{{{{{"nvidia.com/gpu", 7}}, 1}}};
  for (auto& node : pools.nodes.at("h100")) node.gpus = 7;
  steps(1min);
  CHECK(pool().ready_nodes == 2);
  CHECK(pool().gpus == 14);
  CHECK(pool_condition("Ready").reason == "Active");
  CHECK(pool_condition("GpusFound").status == api::ConditionStatus::True);
  CHECK_THAT(pool_condition("GpusFound").message,
             Contains("node-0 offers 7 of 8 nvidia.com/gpu, node-1 offers 7 of 8 nvidia.com/gpu"));
  demand = 28;  // one node more, of eight as the others were
  steps(6min);
  CHECK(size() == 3);
  CHECK(pool().gpus == 22);
}

TEST_CASE_METHOD(Scaled, "pools: a node that offers no GPU for long is not said to be on its way") {
  newest().gpus_at = WallTime::max();
  pools.nodes.at("h100").front().gpus = 7;
  steps(1min);
  CHECK_THAT(pool_condition("GpusFound").message,
             Contains("1 node Ready without any nvidia.com/gpu") && Contains("; node-0 offers 7 of 8 nvidia.com/gpu"));
  steps(10min);
  CHECK_THAT(pool_condition("GpusFound").message, Contains("the device plugin does not come up"));
}

TEST_CASE_METHOD(Scaled, "pools: of a taint whose value alone differs both values are said") {
  pools.objects.at("h100").object.spec.node_taints = {{"nvidia.com/gpu", "true", "NoSchedule"}};
  newest().node.taints = {{"nvidia.com/gpu", "present", "NoSchedule"}};
  restart();
  steps(1min);
  CHECK_THAT(pool_condition("NodesFound").message,
             Contains("node-1 has the taint nvidia.com/gpu=present:NoSchedule, spec.nodes.taints has "
                      "nvidia.com/gpu=true:NoSchedule"));
}

TEST_CASE_METHOD(Scaled, "pools: a taint that the pool does not name is said by name") {
  newest().node.taints = {{"example.com/burn-in", "yes", "NoSchedule"}};
  restart();
  steps(1min);
  CHECK_THAT(pool_condition("NodesFound").message,
             Contains("node-1 has the taint example.com/burn-in=yes:NoSchedule, which spec.nodes.taints lacks"));
  newest().node.cordoned = true;
  steps(1min);
  CHECK_THAT(pool_condition("NodesFound").message, Contains("node-1 is cordoned"));
}

TEST_CASE_METHOD(Scaled, "pools: a long climb is no stuck node, though some are always on their way") {
  pools.shows_requests = false;
  bool stuck = false;
  for (; demand < 250; demand += 10)
    steps(1min, [&] { stuck = stuck || pool_condition("NodesArriving").reason == "NodesStuck"; });
  CHECK_FALSE(stuck);
  pools.node_lead = 24h;
  demand += 10;
  steps(10min);
  CHECK(pool_condition("NodesArriving").reason == "NodesStuck");
}

TEST_CASE_METHOD(Scaled, "pools: what was asked for and given up again says nothing about the next one's lead") {
  pools.shows_requests = false;
  pools.objects.at("h100").object.spec.lead_time.reset();
  demand = 30;
  steps(1min);
  REQUIRE(size() == 3);
  pools.sizes["h100"] = 2;  // by hand, before it came
  demand = 15, deployment().replicas = 2;
  steps(3h);
  REQUIRE(pool().lead_time.samples.empty());
  demand = 30;
  steps(6min);
  REQUIRE(pool().lead_time.samples.size() == 1);
  CHECK(pool().lead_time.samples.back() <= 4min + 30s);
}

TEST_CASE("pools: a buffer that rises again and again asks for each node once") {
  PoolWorld world;
  world.pools.shows_requests = false;
  world.pools.objects.at("h100").object.spec.lead_time.reset();
  for (int i = 0; i < 6; ++i) {
    world.demand = 15 + 10 * i;
    world.steps(7min);
  }
  for (const Millis lead : world.pool().lead_time.samples) CHECK(lead <= 4min + 45s);
  CHECK(world.pool().lead_time.samples.size() >= 4);
}

TEST_CASE_METHOD(Scaled, "pools: Paused asks for none, whatever waits") {
  spec().mode = api::Mode::Paused;
  deployment().replicas = 5;  // by hand
  steps(5min);
  CHECK(size() == 2);
  spec().mode = api::Mode::Auto;
  demand = 50;
  steps(1min);
  CHECK(size() == 5);
}

/// It has grown, and only two replicas are wanted by now.
struct Idle : Scaled {
  Idle() {
    settings.scale_down_stabilization = settings.node_shrink_window = 1min;
    restart();
    demand = 50;
    steps(6min);
    demand = 15;
  }
};

TEST_CASE_METHOD(Idle, "pools: what is idle is given back") {
  steps(6min);
  CHECK(size() == 2);
}

TEST_CASE_METHOD(Idle, "pools: nothing is given back while a spec cannot be read that may need it") {
  add("poison", 1, "other").meta.uid = "uid-poison";
  cluster.objects.at("poison").problem = Error{ErrorKind::Invalid, "spec.demand: is required", {}};
  steps(6min);
  CHECK(deployment().replicas == 2);
  CHECK(size() == 5);
}

TEST_CASE_METHOD(Idle, "pools: nothing is given back, or put back, while the cluster is not seen") {
  spec().mode = api::Mode::Recommend;
  deployment().replicas = 2;
  cluster.ages = {{"pods", 1h, true, "no answer"}};
  steps(6min);
  CHECK(size() == 5);
  cluster.ages.clear();
  steps(1min);
  CHECK(size() == 2);
}

TEST_CASE_METHOD(Idle,
                 "pools: nothing is given back, or put back, while the scale replaces its nodes, and that is said") {
  pools.rolling = "metal replaces its machines (1 of 4 up to date)";
  steps(10min);
  CHECK(size() == 5);
  CHECK(pool_condition("AbleToSize").reason == "Rollout");
  CHECK_THAT(pool_condition("AbleToSize").message, Contains("1 of 4 up to date"));
  demand = 60;
  steps(1min);
  CHECK(size() == 6);  // growing is not held
  spec().mode = api::Mode::Recommend;
  deployment().replicas = 2;
  steps(6min);
  CHECK(size() == 6);
  pools.rolling = "";
  steps(6min);
  CHECK(size() == 2);
}

TEST_CASE("pools: a buffer that nobody fills is said also where the provider shows no requests for nodes") {
  PoolWorld world;
  world.pools.shows_requests = false;
  world.metrics.series["demand"].value = [](WallTime at) {
    const double minute = std::fmod(std::chrono::duration<double, std::ratio<60>>(at.time_since_epoch()).count(), 60);
    return minute < 30 || minute >= 55 ? 20 : 120;
  };
  world.spec().forecast.model = api::ModelChoice::Auto;
  world.spec().forecast.history = 12h;
  world.spec().forecast.seasons = {1h};
  world.restart();
  world.steps(80min);
  CHECK(world.pool_condition("NodesArriving").status == api::ConditionStatus::True);  // nodes came, late or not
  world.pools.comes = false;
  world.steps(20min);  // pods wait for nodes since minute 30, the buffer since some minutes before
  REQUIRE(world.deployment().replicas >= 12);
  REQUIRE(world.pool().ready_nodes <= 4);
  CHECK(world.pool_condition("NodesArriving").reason == "NodesStuck");
  CHECK(world.pool_condition("NodesArriving").message.find("pods or our buffers wait for") != std::string::npos);
  const int room = world.buffer() + world.deployment().replicas;
  CHECK(room >= 12);  // it is asked for all the same
  world.pools.comes = true;
  for (auto& node : world.pools.nodes["h100"])
    if (node.ready_at == WallTime::max()) node.ready_at = node.gpus_at = world.clock.now() + 4min;
  world.pools.node_lead = 4min;
  world.steps(10min);
  CHECK(world.pool_condition("NodesArriving").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Scaled, "pools: a node that comes back after a month tells nothing about how long nodes take") {
  pools.objects.at("h100").object.spec.lead_time.reset();  // measured
  auto back = [&](const std::function<void(FakeNode&)>& away, const std::function<void(FakeNode&)>& returns) {
    away(newest());
    restart();
    steps(1min);
    returns(newest());
    steps(1min);
    CHECK(pool_condition("NodesFound").status == api::ConditionStatus::True);
    CHECK(pool().lead_time.samples.empty());
  };
  newest().node.created = clock.now() - 720h;
  back([](auto& node) { node.node.cordoned = true; }, [](auto& node) { node.node.cordoned = false; });
  back([](auto& node) { node.down = true; },
       [&](auto& node) { node.down = false, node.ready_at = node.gpus_at = clock.now(); });
  demand = 35;  // two new ones, one of which is kept from pods for a while once it is there
  steps(15s);
  newest().node.cordoned = true;
  steps(30min);
  newest().node.cordoned = false;
  steps(1min);
  CHECK(pool().lead_time.samples.size() == 1);
  CHECK(pool().lead_time.samples.front() <= 5min);
}

TEST_CASE_METHOD(Scaled, "pools: a mark of ours that a lost lead left behind is taken off, once nothing is to go") {
  steps(1min);
  pools.writes.clear();
  pools.marked = {"node-0"};
  pools.surge = 1;  // one is still to go, and it is the marked one
  steps(1min);
  CHECK(pools.writes.empty());
  pools.surge = 0;
  step();
  REQUIRE(pools.writes.size() >= 1);
  CHECK(pools.writes.back() == "size h100 2");  // the same, which takes marks off
}

TEST_CASE("pools: who leads no more says nothing about what it asked for") {
  PoolWorld world;
  world.pools.comes = false;
  world.pools.shows_requests = false;
  world.demand = 45;  // pods wait for nodes
  world.steps(1min);
  world.cluster.is_leading = false;
  world.demand = 15;
  world.deployment().replicas = 2;
  world.pools.nodes["h100"].resize(2);
  world.steps(30min, [&] {
    for (const auto& one : world.reporter.cycle.pools.at(0).conditions) CHECK(one.reason != "NodesStuck");
  });
}

}  // namespace
}  // namespace aia::loop::fakes
