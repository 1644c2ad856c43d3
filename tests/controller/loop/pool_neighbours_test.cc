// What the trouble of one pool, or of one workload on it, does to the others, in virtual time: as little as can be.
#include <catch2/catch.hpp>

#include "tests/controller/loop/shared_pool_world.h"

namespace aia::loop::fakes {
namespace {

using Catch::Matchers::Contains;

/// A pool with a scale, and a second one of another name that an AIAutoscaler "first" uses.
struct TwoPools : PoolWorld {
  explicit TwoPools(const std::string& name) : PoolWorld(api::Sizing::Scale) {
    add("first", 2, "other").spec.node_pool = name;
    deployment("first").replica = deployment().replica;
    pools.objects[name] = pools.objects.at("h100");
    auto& object = pools.objects.at(name).object;
    object.meta.name = name, object.meta.uid = "uid-" + name, object.held = false, object.status = {};
    object.spec.scale_ref->name = name;
    pools.sizes[name] = 2;
  }
  const api::Condition& able(const std::string& pool) {
    for (const auto& one : pools.objects.at(pool).object.status.conditions)
      if (one.type == "AbleToSize") return one;
    throw std::runtime_error("no condition AbleToSize");
  }
};

TEST_CASE("pools: one whose writes are never answered, for most of a cycle, takes none of another's turns") {
  TwoPools world("a");  // before "h100" in the alphabet
  world.pools.hangs["a"] = 10s;
  world.demand = 95;
  world.metrics.series["other"].value = [](WallTime) { return 95.0; };
  world.steps(2min);
  CHECK(world.pools.sizes.at("a") == 2);
  CHECK(world.pools.sizes.at("h100") == 10);
  CHECK(world.pool_condition("NodesArriving").reason == "Starting");  // reported, too
}

TEST_CASE("pools: of two with one scale the older sizes it, and the other says who does and puts nothing back") {
  TwoPools world("team-b");
  auto& younger = world.pools.objects.at("team-b").object;
  younger.spec.scale_ref = {"karpenter.sh/v1beta1", "NodePool", "h100", ""};  // of another version
  younger.meta.created = world.clock.now();
  younger.status.before = api::SizeBefore{9, world.clock.now() + 1h};  // from when it was the only one
  younger.held = true;
  world.demand = 45;
  world.steps(5min);
  CHECK(world.able("h100").reason == "ReadyToSize");
  CHECK(world.able("team-b").reason == "SharedScale");
  CHECK_THAT(world.able("team-b").message, Contains("is sized by AcceleratorPool h100"));
  CHECK(world.pools.sizes.at("h100") == 5);
  CHECK(world.pools.sizes.at("team-b") == 2);
}

TEST_CASE("pools: before the first node what each workload asks for is taken to be there, not only the first one's") {
  PoolWorld world(api::Sizing::Scale);
  world.pools.nodes["h100"].clear();
  world.pools.sizes["h100"] = 0;
  auto& pods = world.deployment().replica->pods.front().requests;
  pods["cpu"] = 8'000, pods["vpc.amazonaws.com/efa"] = 4;
  auto& first = world.add("first", 1, "demand");
  first.spec.node_pool = "h100", first.spec.mode = api::Mode::Recommend;
  world.deployment("first").replica = api::ReplicaShape{{{{{"nvidia.com/gpu", 8}, {"cpu", 4'000}}, 1}}};
  for (auto& pod : world.deployment().pods) pod.pod.node.clear();
  world.restart();
  world.step();
  CHECK(world.pools.sizes.at("h100") == 2);
  CHECK(world.pool_condition("SizeLimited").status == api::ConditionStatus::False);
}

TEST_CASE("shared pool: a buffer that one namespace refuses is that AIAutoscaler's trouble, not the pool's",
          "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  world.pools.buffer_errors["chat"] = Error{ErrorKind::Forbidden, "exceeded quota", {}};
  int of_llm = 0, refused = 0;
  world.steps(2h, [&] {
    of_llm += world.buffer_of("llm") > 0 ? 1 : 0;
    CHECK(world.pool_condition("AbleToSize").reason == "ReadyToSize");
    CHECK(world.condition("NodesAhead", "llm").reason == "Active");
    const auto& own = world.condition("NodesAhead", "chat");
    refused += own.reason == "BufferNotWritten" && own.message.find("exceeded quota") != std::string::npos ? 1 : 0;
  });
  CHECK(of_llm > 48);
  CHECK(refused > 48);
  world.pools.buffer_errors["llm"] = world.pools.buffer_errors["chat"];
  int of_all = 0;
  world.steps(2h, [&] { of_all += world.pool_condition("AbleToSize").reason == "Forbidden" ? 1 : 0; });
  CHECK(of_all > 24);  // whoever asks is refused: it is the pool's
}

}  // namespace
}  // namespace aia::loop::fakes
