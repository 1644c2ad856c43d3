// What was done for a pool is undone, in whatever order things go (rule 11).
#include <catch2/catch.hpp>

#include "controller/loop/nodepool/undo.h"
#include "tests/controller/loop/pool_world.h"

namespace aia::loop::fakes {
namespace {

bool wrote(const FakePools& pools, const std::string& what) {
  return std::find(pools.writes.begin(), pools.writes.end(), what) != pools.writes.end();
}

std::ptrdiff_t place(const FakePools& pools, const std::string& what) {
  return std::find(pools.writes.begin(), pools.writes.end(), what) - pools.writes.begin();
}

/// A world that has grown: five replicas, then demand of two again while the nodes are still there.
struct Grown : PoolWorld {
  explicit Grown(api::Sizing sizing = api::Sizing::Scale) : PoolWorld(sizing) {
    settings.scale_down_stabilization = 1min;
    restart();
    demand = 50;
    steps(6min);
  }
};

TEST_CASE_METHOD(Grown, "pools: the size of before is recorded, and the finalizer put, before the first write") {
  REQUIRE(pools.sizes.at("h100") == 5);
  CHECK(place(pools, "hold h100") < place(pools, "record 2"));
  CHECK(place(pools, "record 2") < place(pools, "size h100 5"));
  CHECK(pool().before->nodes == 2);
  CHECK(pool().before->expires > clock.now());
}

TEST_CASE_METHOD(Grown, "pools: in Recommend the size goes back to what it was, but not below what pods hold") {
  spec().mode = api::Mode::Recommend;
  steps(1min);
  CHECK(pools.sizes.at("h100") == 5);  // five pods run
  CHECK(pool().before.has_value());
  deployment().replicas = 2;
  steps(1min);
  CHECK(pools.sizes.at("h100") == 2);
  CHECK_FALSE(pool().before.has_value());
  CHECK(wrote(pools, "let go h100"));
}

TEST_CASE_METHOD(Grown, "pools: Paused holds it as it is") {
  spec().mode = api::Mode::Paused;
  deployment().replicas = 1;
  pools.writes.clear();
  steps(30min);
  CHECK(pools.sizes.at("h100") == 5);
  CHECK_FALSE(wrote(pools, "let go h100"));
}

TEST_CASE_METHOD(Grown, "pools: one that is deleted goes when its size is as it was") {
  pools.objects.at("h100").object.meta.deleting = true;
  steps(1min);
  REQUIRE(pools.objects.contains("h100"));  // five pods run
  deployment().replicas = 1;
  demand = 5;
  steps(2min);
  CHECK(pools.sizes.at("h100") == 2);
  CHECK_FALSE(pools.objects.contains("h100"));
}

TEST_CASE_METHOD(Grown, "pools: without an AIAutoscaler that names it nothing stays") {
  cluster.objects.clear();
  deployment().replicas = 2;
  steps(2min);
  CHECK(pools.sizes.at("h100") == 2);
  CHECK_FALSE(pool().before.has_value());
}

TEST_CASE_METHOD(Grown, "pools: a spec that does not decode, and a target that cannot be read, undo nothing") {
  cluster.objects.at("llm").problem = Error{ErrorKind::Invalid, "spec.demand: is required", {}};
  steps(5min);
  CHECK(pools.sizes.at("h100") == 5);
  cluster.objects.at("llm").problem.reset();
  deployment().read_error = Error{ErrorKind::Unavailable, "no answer", {}};
  restart();
  steps(20min);
  CHECK(pools.sizes.at("h100") == 5);
}

TEST_CASE_METHOD(Grown, "pools: a pod template that cannot be read at the moment undoes nothing") {
  deployment().replica.reset();
  deployment().replicas = 2;
  steps(2min);
  CHECK(pools.sizes.at("h100") == 5);
  CHECK(pool().before.has_value());
  pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, clock.now() + 1h, "7"};
  pools.objects.at("h100").object.spec.sizing = api::Sizing::CapacityBuffer;
  steps(1min);
  CHECK(pools.stored.contains("llm"));
}

TEST_CASE_METHOD(Grown, "pools: Recommend needs nothing, also where the target cannot be read, and after a restart") {
  deployment().read_error = Error{ErrorKind::Forbidden, "leaderworkersets.leaderworkerset.x-k8s.io is forbidden", {}};
  spec().mode = api::Mode::Recommend;
  deployment().replicas = 2;
  steps(30s);
  CHECK(pools.sizes.at("h100") == 2);
  CHECK_FALSE(pool().before);
  Grown other;
  other.deployment().read_error = deployment().read_error;
  other.deployment().replicas = 2;
  other.restart();
  other.steps(1min);
  CHECK(other.pools.sizes.at("h100") == 5);  // in Auto it is not known
  other.spec().mode = api::Mode::Recommend;
  other.steps(30s);
  CHECK(other.pools.sizes.at("h100") == 2);
}

TEST_CASE("pools: one whose spec does not decode any more is left as it is until it goes") {
  Grown world(api::Sizing::CapacityBuffer);
  world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
  auto& view = world.pools.objects.at("h100");
  view.object.held = true;
  view.problem = Error{ErrorKind::Invalid, "spec.sizing.mode: no such mode", {}};
  world.pools.writes.clear();
  world.steps(1min);
  CHECK(world.pools.stored.contains("llm"));
  CHECK(world.pools.writes.empty());
  CHECK(world.pool_condition("Ready").reason == "InvalidSpec");
  view.object.meta.deleting = true;
  world.steps(1min);
  CHECK(world.pools.stored.empty());
  CHECK(world.pools.objects.empty());
}

TEST_CASE_METHOD(Grown, "pools: where undoing is forbidden a condition names the command") {
  spec().mode = api::Mode::Recommend;
  deployment().replicas = 2;
  pools.write_error = Error{ErrorKind::Forbidden, "nodepools.karpenter.sh/scale is forbidden", {}};
  steps(1min);
  CHECK(pool_condition("AbleToSize").reason == "ReleaseNeeded");
  CHECK(pool_condition("AbleToSize").message.find("aiautoscaler release --all") != std::string::npos);
  CHECK(condition("NodesAhead").reason == "ReleaseNeeded");
}

TEST_CASE_METHOD(Grown, "release puts sizes back as far as no pod is drained, and says what is left") {
  UndoOptions options;
  options.all = true;
  auto released = undo(pools, clock.now(), options);
  REQUIRE(released.left.size() == 1);
  CHECK(released.left.front().find("pods run on 5") != std::string::npos);
  CHECK(pools.sizes.at("h100") == 5);
  for (auto& one : pools.nodes["h100"]) one.node.busy = false;
  options.dry_run = true;
  CHECK(undo(pools, clock.now(), options).done.size() == 3);
  CHECK(pools.sizes.at("h100") == 5);
  options.dry_run = false;
  released = undo(pools, clock.now(), options);
  CHECK(released.left.empty());
  CHECK(pools.sizes.at("h100") == 2);
  CHECK_FALSE(pool().before.has_value());
  CHECK_FALSE(pools.objects.at("h100").object.held);
  CHECK(undo(pools, clock.now(), options).done.empty());  // nothing of ours is there
}

TEST_CASE("release --expired leaves alone what its controller still speaks of") {
  PoolWorld world;
  world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
  CHECK(undo(world.pools, world.clock.now(), {}).done.empty());
  CHECK(undo(world.pools, world.clock.now() + 2h, {}).done.size() == 1);
  CHECK(world.pools.stored.empty());
}

TEST_CASE("pools: buffers go with the mode, with the pool, and with a pool that is gone") {
  PoolWorld world;
  world.demand = 15;
  world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
  world.spec().mode = api::Mode::Recommend;
  world.steps(1min);
  CHECK(world.pools.stored.empty());
  world.spec().mode = api::Mode::Paused;
  world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
  world.steps(1min);
  CHECK(world.buffer() == 3);
  world.pools.stored["llm"].pool = "gone";
  world.steps(1min);
  CHECK(world.pools.stored.empty());
}

TEST_CASE("pools: where the last one was taken away by force its buffers go, too, and then nobody looks any more") {
  PoolWorld world;
  world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
  world.pools.objects.clear();
  world.steps(1min);
  CHECK(world.pools.stored.empty());
  world.steps(1min);
  const int looks = world.pools.looks_for_buffers;
  world.steps(10min);
  CHECK(world.pools.looks_for_buffers == looks);
}

TEST_CASE_METHOD(Grown, "pools: one that is deleted and cannot be put back says why") {
  pools.refusal = api::Reason{api::Code::PoolPaused, "it is paused"};
  pools.objects.at("h100").object.meta.deleting = true;
  steps(1min);
  CHECK(pool_condition("Ready").reason == "Deleting");
  CHECK(pool_condition("Ready").message ==
        "it goes when what was done for it is undone: it is paused; its size was 2 before: `aiautoscaler release "
        "--all` puts it back");
}

TEST_CASE_METHOD(Grown, "pools: who takes over with an old view forgets no size of before") {
  auto old = pools.objects.at("h100");
  old.object.status.before.reset();
  old.object.held = false;
  old.object.meta.resource_version = "1";
  pools.seen["h100"] = old;
  restart();
  steps(2min);
  REQUIRE(pool().before);
  CHECK(pool().before->nodes == 2);
  CHECK(pools.sizes.at("h100") == 5);
  demand = 80;
  steps(2min);
  CHECK(pool().before->nodes == 2);
  pools.seen.clear();
  steps(2min);
  CHECK(pool().before->nodes == 2);
  CHECK(pools.sizes.at("h100") == 8);
  spec().mode = api::Mode::Recommend;
  deployment().replicas = 2;
  steps(10min);
  CHECK(pools.sizes.at("h100") == 2);
  CHECK_FALSE(pool().before);
}

TEST_CASE_METHOD(Grown, "pools: nodes without the pool's labels are not drained, and are told of") {
  for (const auto& one : pools.nodes["h100"]) pools.unlabelled.insert(one.node.name);
  spec().mode = api::Mode::Recommend;
  steps(20min);
  CHECK(pools.sizes.at("h100") == 5);
  const std::string words = "pods run on 5 nodes of it without spec.nodes.labels";
  CHECK(pool_condition("AbleToSize").message.find(words) != std::string::npos);
  UndoOptions options;
  options.all = true;
  CHECK(undo(pools, clock.now(), options).left.front().find("pods run on 5 of them") != std::string::npos);
  CHECK(pools.sizes.at("h100") == 5);
  pools.shows_requests = false;  // nor is it known which nodes were asked for
  for (auto& one : pools.nodes["h100"]) one.node.busy = false;
  CHECK(undo(pools, clock.now(), options).left.front().find("not all are seen") != std::string::npos);
  CHECK(pools.sizes.at("h100") == 5);
  pools.objects.at("h100").object.meta.deleting = true;
  steps(1min);
  CHECK(pools.sizes.at("h100") == 5);
  CHECK(pool_condition("Ready").message.find("its size was 2 before") != std::string::npos);
  pools.shows_requests = true;
  deployment().replicas = 2;
  steps(1min);
  CHECK(pools.sizes.at("h100") == 2);
  CHECK(pools.objects.empty());
}

TEST_CASE_METHOD(Grown, "pools: what `release` forgot is not brought back by a controller that runs") {
  clock.time += 123ms;
  pools.refusal = api::Reason{api::Code::PoolPaused, "it is paused"};
  steps(30min);
  UndoOptions options;
  options.all = options.force = true;
  REQUIRE(undo(pools, clock.now(), options).left.empty());
  CHECK(pools.sizes.at("h100") == 2);
  pools.sizes["h100"] = 9;  // as its owner wants it
  steps(2h);
  CHECK_FALSE(pool().before);
  spec().mode = api::Mode::Recommend;
  pools.refusal.reset();
  steps(10min);
  CHECK(pools.sizes.at("h100") == 9);
}

TEST_CASE("pools: who takes over with an old view changes no size because of it") {
  Grown world;
  const auto old = world.pools.objects.at("h100");
  REQUIRE(old.object.status.before);
  world.spec().mode = api::Mode::Recommend;
  world.deployment().replicas = 2;
  world.steps(2min);
  REQUIRE_FALSE(world.pool().before);
  world.pools.sizes["h100"] = 6;  // as its owner wants it, since
  world.pools.seen["h100"] = old;
  world.restart();
  world.steps(1min);
  CHECK(world.pools.sizes.at("h100") == 6);
  world.spec().mode = api::Mode::Auto;
  world.demand = 90;
  world.steps(1min);
  CHECK(world.pools.sizes.at("h100") == 6);
  world.pools.seen.clear();
  world.steps(1min);
  CHECK(world.pools.sizes.at("h100") == 9);
  CHECK(world.pool().before->nodes == 6);
}

TEST_CASE_METHOD(Grown, "pools: nodes that come are not taken from pods that wait for them") {
  demand = 80;
  steps(1min);
  REQUIRE(pools.sizes.at("h100") == 8);
  spec().mode = api::Mode::Recommend;
  steps(1min);
  CHECK(pools.sizes.at("h100") == 8);
  steps(10min);
  CHECK(pools.sizes.at("h100") == deployment().replicas);
}

TEST_CASE_METHOD(Grown, "pools: nodes that come stay, too, where it is not known whether pods wait for them") {
  demand = 80;
  steps(1min);
  REQUIRE(pools.sizes.at("h100") == 8);
  SECTION("the target cannot be read") {
    spec().mode = api::Mode::Recommend;
    deployment().read_error = Error{ErrorKind::Timeout, "no answer", {}};
  }
  SECTION("the AIAutoscaler is gone, its Deployment is not") {
    cluster.objects.clear();
  }
  steps(1min);
  CHECK(pools.sizes.at("h100") == 8);
}

TEST_CASE_METHOD(Grown, "pools: release --expired leaves alone what a controller looks after, and what others own") {
  pools.refusal = api::Reason{api::Code::PoolPaused, "it is paused"};
  steps(3h);
  CHECK(pool().before->expires > clock.now());
  CHECK(undo(pools, clock.now(), {}).done.empty());
  for (auto& one : pools.nodes["h100"]) one.node.busy = false;
  const auto released = undo(pools, clock.now() + 2h, {});
  CHECK(released.done.empty());
  REQUIRE(released.left.size() == 1);
  CHECK(released.left.front().find("it is paused") != std::string::npos);
  CHECK(pools.sizes.at("h100") == 5);
}

TEST_CASE_METHOD(Grown, "release --force drains, and forgets the size of what is not served any more") {
  UndoOptions options, forced;
  options.all = forced.all = forced.force = true;
  options.dry_run = true;
  CHECK(undo(pools, clock.now(), options).left.size() == 1);  // pods run on all five
  pools.sizes.erase("h100");
  pools.supply_problem = Error{ErrorKind::Invalid, "apiVersion karpenter.sh/v1, kind NodePool is not served", {}};
  spec().mode = api::Mode::Recommend;
  steps(1min);
  CHECK(pool_condition("AbleToSize").message.find("`aiautoscaler release --all --force`") != std::string::npos);
  const auto left = undo(pools, clock.now(), options).left;
  REQUIRE(left.size() == 1);
  CHECK(left.front().find("--force forgets it") != std::string::npos);
  CHECK(undo(pools, clock.now(), forced).left.empty());
  CHECK_FALSE(pool().before);
  CHECK_FALSE(pools.objects.at("h100").object.held);
}

TEST_CASE_METHOD(Grown, "release --force puts the size back under pods that run") {
  UndoOptions options;
  options.all = options.force = true;
  CHECK(undo(pools, clock.now(), options).left.empty());
  CHECK(pools.sizes.at("h100") == 2);
  CHECK(pools.drained);
}

TEST_CASE("pools: buffers stay while it is not seen who needs them") {
  PoolWorld world;
  world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
  world.cluster.ages = {{"aiautoscalers", 10min, true, "no answer"}};
  world.spec().mode = api::Mode::Recommend;
  world.steps(5min);
  CHECK(world.buffer() == 3);
  world.pools.stored["llm"].pool = "gone";
  world.steps(5min);
  CHECK(world.buffer() == 3);
  world.cluster.ages.clear();
  world.steps(1min);
  CHECK(world.pools.stored.empty());
}

TEST_CASE("pools: AIAutoscaler, workload, pool and controller go in any order, then release leaves nothing") {
  std::string order = "acpw";
  do {
    for (const auto sizing : {api::Sizing::Scale, api::Sizing::CapacityBuffer}) {
      INFO(order << " " << api::to_string(sizing));
      Grown world(sizing);
      if (sizing == api::Sizing::CapacityBuffer)
        world.pools.stored["llm"] = {{"serving", "llm"}, "uid-llm", "h100", 3, world.clock.now() + 1h, "7"};
      bool runs = true;
      for (const char gone : order) {
        if (gone == 'a') world.cluster.objects.clear();
        if (gone == 'c') runs = false;
        if (gone == 'w') {
          world.deployment().replicas = 0;
          world.deployment().read_error = Error{ErrorKind::NotFound, "deployments.apps llm not found", {}};
          world.schedule();
        }
        if (gone == 'p') {
          auto& pool = world.pools.objects;
          if (pool.contains("h100") && pool.at("h100").object.held)
            pool.at("h100").object.meta.deleting = true;
          else
            pool.clear();
        }
        if (runs) world.steps(1min);
      }
      UndoOptions options;
      options.all = true;
      CHECK(undo(world.pools, world.clock.now(), options).left.empty());
      CHECK(world.pools.stored.empty());
      CHECK(world.pools.objects.empty());
      if (sizing == api::Sizing::Scale) CHECK(world.pools.sizes.at("h100") == 2);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace aia::loop::fakes
