// Pools that bring nothing, in virtual time: nodes that never offer the GPU resource, labels that match none of them,
// and a buffer that nobody fills. Each is said, and nothing is asked for without end.
#include <catch2/catch.hpp>

#include "tests/controller/loop/pool_world.h"

namespace aia::loop::fakes {
namespace {

/// 20 requests/s, rising by 10 each minute from minute 30 to 40 of each hour, back at minute 55.
double ramp(WallTime at) {
  const double minute = std::fmod(std::chrono::duration<double, std::ratio<60>>(at.time_since_epoch()).count(), 60);
  if (minute < 30 || minute >= 55) return 20;
  return minute < 40 ? 20 + (minute - 30) * 10 : 120;
}

int writes_of(const FakePools& pools, const std::string& start) {
  return static_cast<int>(std::count_if(pools.writes.begin(), pools.writes.end(),
                                        [&](const std::string& one) { return one.starts_with(start); }));
}

bool said(const api::AcceleratorPoolStatus& status, const std::string& code) {
  return std::any_of(status.reasons.begin(), status.reasons.end(), [&](const auto& one) { return one.code == code; });
}

/// A forecast knows the ramp; it is minute 0 of an hour when this is made.
struct Forecast : PoolWorld {
  explicit Forecast(api::Sizing sizing) : PoolWorld(sizing) {
    metrics.series["demand"].value = ramp;
    spec().forecast.model = api::ModelChoice::Auto;
    spec().forecast.history = 12h;
    spec().forecast.seasons = {1h};
    restart();
    steps(1h);
    pools.writes.clear();
  }
};

/// What happens in one.
struct Hour {
  int most_room = 0, most_replicas = 0, raised_though_stuck = 0;
  bool bare = true;  ///< GpuResourceMissing all the time
  explicit Hour(PoolWorld& world) {
    int before = world.buffer();
    world.steps(1h, [&] {
      most_room = std::max(most_room, world.buffer());
      most_replicas = std::max(most_replicas, world.deployment().replicas);
      raised_though_stuck += said(world.pool(), "NodesStuck") && world.buffer() > before ? 1 : 0;
      bare = bare && world.pool_condition("GpusFound").reason == "GpuResourceMissing";
      before = world.buffer();
    });
  }
};

/// Nodes come, and never with their GPUs; those that had some lose them.
void lose_all_gpus(PoolWorld& world) {
  world.pools.gpu_lag = 1000h;
  for (auto& node : world.pools.nodes["h100"]) node.gpus_at = WallTime::max();
}

TEST_CASE("pools in trouble: GPUs that no node ever offers are said, and the scale grows only until that is known") {
  PoolWorld world(api::Sizing::Scale);
  lose_all_gpus(world);
  world.demand = 60;
  world.steps(15min);
  CHECK(world.pool_condition("GpusFound").status == api::ConditionStatus::False);
  CHECK(world.pool_condition("GpusFound").reason == "GpuResourceMissing");
  CHECK(world.pool().ready_nodes == 0);
  CHECK(world.deployment().replicas == 6);  // what is needed now, nodes or not
  const int size = world.pools.sizes.at("h100");
  CHECK(size <= 2 + 6);  // the old nodes are of no use
  world.pools.writes.clear();
  for (const double more : {90.0, 120.0, 150.0}) {
    world.demand = more;
    world.steps(20min);
    CHECK(world.pools.sizes.at("h100") == size);
  }
  CHECK(writes_of(world.pools, "size") == 0);
  CHECK(world.pool_condition("NodesArriving").reason == "NodesStuck");
  CHECK(world.condition("AbleToScale").reason == "StartupStuck");  // nor are more pods, most of which wait
}

TEST_CASE("pools in trouble: with GPUs that no node ever offers a buffer asks anew for each ramp, and for no more") {
  Forecast world(api::Sizing::CapacityBuffer);
  lose_all_gpus(world);
  for (int hour = 0; hour < 4; ++hour) {
    const Hour seen(world);
    CHECK(seen.most_room <= 12);  // what the ramp needs
    CHECK(seen.most_replicas >= 12);
    CHECK(seen.raised_though_stuck == 0);
    CHECK(seen.bare);
  }
  CHECK(world.pool().ready_nodes == 0);
  CHECK(writes_of(world.pools, "buffer") <= 4 * 30);
}

TEST_CASE("pools in trouble: a GPU resource of another name is said, and no node is asked for") {
  for (const auto sizing : {api::Sizing::Scale, api::Sizing::CapacityBuffer}) {
    INFO(api::to_string(sizing));
    Forecast world(sizing);
    world.pools.objects.at("h100").object.spec.gpu_resource = "nvidia.com/gpus";
    world.steps(15min);  // what was asked for before is let go
    const int size = world.node_count();
    world.pools.writes.clear();
    const Hour seen(world);
    CHECK(seen.most_room == 0);
    CHECK(seen.bare);
    CHECK(writes_of(world.pools, "size") == 0);
    if (sizing == api::Sizing::Scale) CHECK(world.pools.sizes.at("h100") == size);
    CHECK(said(world.pool(), "FitsNoNode"));
    CHECK(world.pool_condition("Ready").reason == "GpuResourceMissing");
    CHECK(seen.most_replicas >= 12);
  }
}

/// As where the labels are wrong: nodes are there and more come, and pods run on them, but none is seen.
struct Unseen : PoolWorld {
  Unseen() : PoolWorld(api::Sizing::Scale) {
    pools.comes = pools.shows_requests = false;
    pools.nodes["h100"].clear();
    pools.writes.clear();
  }
  /// Every pod is bound to some node that the labels do not match.
  void step() {
    for (auto& one : deployment().pods) {
      if (!one.pod.node.empty()) continue;
      one.pod.node = "unseen-" + one.pod.name, one.pod.bound_since = clock.now();
      one.ready_at = clock.now() + 3min;
    }
    PoolWorld::step();
  }
  void minutes(int count, bool binds) {
    for (int i = 0; i < 4 * count; ++i) {
      if (binds)
        step();
      else
        PoolWorld::step();
    }
  }
};

TEST_CASE("pools in trouble: labels that match nothing are said, and the scale does not run away") {
  for (const bool binds : {true, false}) {
    INFO((binds ? "pods run on nodes that are not seen" : "pods find no node"));
    Unseen world;
    world.minutes(1, binds);
    CHECK(world.pool_condition("NodesFound").status == api::ConditionStatus::False);
    CHECK(world.pool_condition("NodesFound").reason == "NoNodeMatches");
    CHECK(world.pool_condition("NodesFound").message.find("spec.nodes.labels") != std::string::npos);
    world.demand = 60;
    world.minutes(5, binds);
    CHECK(world.pools.sizes.at("h100") <= 6);
    world.minutes(10, binds);
    CHECK(world.pool_condition("NodesArriving").reason == "NodesStuck");
    const int size = world.pools.sizes.at("h100");
    for (const double more : {90.0, 120.0, 150.0}) {
      world.demand = more;
      world.minutes(20, binds);
      CHECK(world.pools.sizes.at("h100") == size);
      if (binds) CHECK(world.deployment().replicas == static_cast<int>(more / 10));
    }
    if (!binds) CHECK(world.condition("AbleToScale").reason == "StartupStuck");
    CHECK(world.pool_condition("NodesFound").reason == "NoNodeMatches");
    CHECK(world.pool().nodes == size);
    CHECK(world.pool().ready_nodes == 0);
  }
}

/// From minute 20 of the hour on nothing comes that a buffer asks for.
struct NothingComes : Forecast {
  explicit NothingComes(bool shows_requests) : Forecast(api::Sizing::CapacityBuffer) {
    pools.shows_requests = shows_requests;
    restart();
    steps(20min);
    pools.comes = false;
    pools.writes.clear();
  }
  /// Minutes from now until a buffer is raised, at most until the ramp is over.
  int until_raised() {
    const WallTime from = clock.now();
    while (buffer() == 0 && clock.now() - from < 30min) step();
    return static_cast<int>((clock.now() - from) / 1min);
  }
};

TEST_CASE("pools in trouble: what a buffer asks for and never comes is said after twice the lead") {
  NothingComes world(true);
  REQUIRE(world.until_raised() < 12);  // ahead of the ramp
  world.steps(7min, [&] { CHECK(world.pool_condition("NodesArriving").status == api::ConditionStatus::True); });
  world.steps(2min);
  CHECK(world.pool_condition("NodesArriving").reason == "NodesStuck");
  CHECK(world.pool_condition("NodesArriving").message.find("8m") != std::string::npos);
  CHECK(world.condition("NodesAhead").status == api::ConditionStatus::False);
  CHECK(world.condition("NodesAhead").reason == "NodesStuck");
}

TEST_CASE("pools in trouble: while nodes do not come replicas follow what is needed, and the buffer is not raised") {
  for (const bool shows_requests : {true, false}) {
    INFO((shows_requests ? "requests for nodes are seen" : "they are not"));
    NothingComes world(shows_requests);
    REQUIRE(world.until_raised() < 12);
    int most = 0, late = 0, raised = 0, before = world.buffer();
    bool stuck = false;
    world.steps(25min, [&] {  // until the ramp is over
      most = std::max(most, world.buffer());
      late += world.deployment().replicas < std::ceil(ramp(world.clock.now() - 15s) / 10) ? 1 : 0;
      stuck = stuck || said(world.pool(), "NodesStuck");
      raised += stuck && world.buffer() > before ? 1 : 0;
      before = world.buffer();
    });
    CHECK(stuck == shows_requests);
    CHECK(raised == 0);
    CHECK(late == 0);
    CHECK(most <= 12);
    CHECK(writes_of(world.pools, "buffer") <= 30);
  }
}

TEST_CASE("pools in trouble: while most nodes are stuck a ramp to come raises no buffer") {
  Forecast world(api::Sizing::CapacityBuffer);
  world.steps(10min);
  world.pools.comes = false;
  world.spec().min_replicas = world.deployment().replicas + 2;  // two pods wait for nodes
  world.steps(10min);
  REQUIRE(said(world.pool(), "NodesStuck"));
  REQUIRE(world.buffer() == 0);
  int wanted = 0;
  world.steps(8min, [&] {
    CHECK(world.buffer() == 0);
    wanted += *world.pool().planned_nodes > world.node_count() ? 1 : 0;
  });
  CHECK(wanted > 8);  // that is, it would have been raised
}

}  // namespace
}  // namespace aia::loop::fakes
