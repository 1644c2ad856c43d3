// Several workloads on one pool, in virtual time: each has its own buffer, nodes are asked for what they want together,
// and what happens to one of them takes nothing from the other.
#include <catch2/catch.hpp>

#include "tests/controller/loop/shared_pool_world.h"

namespace aia::loop::fakes {
namespace {

TEST_CASE("shared pool: what two workloads want together is less than the sum, where they wander apart", "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  Figures sums;
  int said = 0;
  world.steps(2h, [&] {
    CHECK(world.said("SumOfFigures").empty());
    const auto figures = world.together();
    if (!figures) return;  // nobody wants more than now
    ++said, sums.together += figures->together, sums.apart += figures->apart;
  });
  CHECK(said > 300);                         // of 480
  CHECK(sums.together < 0.98 * sums.apart);  // most of both are wanted now
  CHECK(sums.together > 0.5 * sums.apart);
}

TEST_CASE("shared pool: one without a forecast shares no paths, and the sum is called an upper bound", "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  world.spec("chat").forecast.model = api::ModelChoice::Off;
  int said = 0;
  world.steps(1h, [&] {
    CHECK(world.said("Together").empty());
    said += world.said("SumOfFigures").find("an upper bound") != std::string::npos ? 1 : 0;
  });
  CHECK(said > 120);  // of 240
}

TEST_CASE("shared pool: each workload has a buffer of its own, and one that may not use the pool has none", "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  int both = 0;
  world.steps(2h, [&] {
    CHECK_FALSE(world.pools.stored.contains("guest"));
    both += world.buffer_of("llm") > 0 && world.buffer_of("chat") > 0 ? 1 : 0;
    CHECK(world.pools.nodes["h100"].size() >= static_cast<std::size_t>(world.bound("llm") + world.bound("chat")));
    if (world.pools.stored.contains("llm")) CHECK(world.pools.stored.at("llm").autoscaler_uid == "uid-llm");
    if (world.pools.stored.contains("chat")) CHECK(world.pools.stored.at("chat").autoscaler_uid == "uid-chat");
  });
  CHECK(both > 48);  // a tenth of the time
  CHECK(world.condition("NodesAhead", "guest").reason == "NamespaceNotAllowed");
  CHECK(world.condition("NodesAhead", "chat").reason == "Active");
}

TEST_CASE("shared pool: one that wants no more ahead has no buffer, whatever the other's, and after a restart, too",
          "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  world.spec("llm").forecast.model = api::ModelChoice::Off;
  for (int i = 0; i < 480 && world.buffer_of("llm") > 0; ++i) world.step();  // what it had is let go
  world.pools.writes.clear();
  int of_chat = 0, of_llm = 0;
  const auto look = [&] { of_chat += world.buffer_of("chat") > 0, of_llm += world.buffer_of("llm") > 0; };
  world.steps(1h, look);
  CHECK(of_chat > 24);
  for (int i = 0; i < 480 && world.buffer_of("chat") == 0; ++i) world.step();
  REQUIRE(world.buffer_of("chat") > 0);
  world.restart();
  world.steps(5min, look);
  CHECK(of_llm == 0);
  CHECK(std::count(world.pools.writes.begin(), world.pools.writes.end(), "buffer llm 0") <= 10);  // renewed
}

TEST_CASE("shared pool: no room is counted for two of them", "[weeks]") {
  for (const auto sizing : {api::Sizing::CapacityBuffer, api::Sizing::Scale}) {
    Shared world(sizing);
    INFO(api::to_string(sizing));
    int compared = 0;
    world.steps(2h, [&] {
      const auto figures = world.together();
      if (!figures) return;
      ++compared;
      // The guest's nodes are taken; the members' pods and what they want more each have one of their own.
      const int least = static_cast<int>(std::min(figures->together, figures->apart)) / 8 + world.bound("guest");
      CHECK(*world.report().planned >= least);
      if (sizing == api::Sizing::Scale) CHECK(world.pools.sizes.at("h100") >= least);
    });
    CHECK(compared > 240);
  }
}

TEST_CASE("shared pool: when one of two AIAutoscalers is deleted its buffer goes and the other's stays", "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  REQUIRE(world.until_both_have_buffers());
  world.pools.writes.clear();
  world.cluster.objects.erase("chat");
  world.steps(15s);
  CHECK_FALSE(world.pools.stored.contains("chat"));
  CHECK(world.buffer_of("llm") > 0);
  CHECK(world.wrote("delete chat"));
  CHECK_FALSE(world.wrote("delete llm"));
  world.steps(1h, [&] { CHECK_FALSE(world.pools.stored.contains("chat")); });
  CHECK(world.pools.objects.at("h100").object.held);
  CHECK(world.said("Together").empty());
}

TEST_CASE("shared pool: when one of two AIAutoscalers is deleted the scale is the other's, and is not put back",
          "[weeks]") {
  Shared world(api::Sizing::Scale);
  world.steps(1h);
  REQUIRE(world.pools.sizes.at("h100") > 10);
  world.cluster.objects.erase("chat");
  world.steps(30min, [&] {
    CHECK(world.pools.sizes.at("h100") >= world.busy());
    CHECK(world.pool().before->nodes == 2);
  });
  CHECK_FALSE(world.wrote("let go"));
}

TEST_CASE("shared pool: when one of two turns to Recommend its buffer goes and the other's is kept up", "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer);
  REQUIRE(world.until_both_have_buffers());
  world.pools.writes.clear();
  world.spec("chat").mode = api::Mode::Recommend;
  world.steps(15s);
  CHECK_FALSE(world.pools.stored.contains("chat"));
  CHECK(world.buffer_of("llm") > 0);
  world.steps(1h, [&] {
    CHECK_FALSE(world.pools.stored.contains("chat"));
    CHECK(world.said("Together").empty());  // nor are nodes asked for it
  });
  CHECK(world.wrote("buffer llm"));
  CHECK_FALSE(world.wrote("buffer chat"));
  CHECK(world.condition("NodesAhead", "chat").reason == "Recommending");
  CHECK(world.condition("NodesAhead", "llm").reason == "Active");
  CHECK(world.pool_condition("AbleToSize").reason == "ReadyToSize");
}

TEST_CASE("shared pool: the demand of one goes missing, and neither its buffer nor the scale is lowered", "[weeks]") {
  for (const auto sizing : {api::Sizing::CapacityBuffer, api::Sizing::Scale}) {
    INFO(api::to_string(sizing));
    Shared world(sizing);
    if (sizing == api::Sizing::CapacityBuffer)
      REQUIRE(world.until_both_have_buffers());
    else
      for (int i = 0; i < 480 && world.deployment("llm").replicas < 9; ++i) world.step();
    const int other = world.deployment("llm").replicas;
    const int replicas = world.deployment("chat").replicas, room = world.buffer_of("chat");
    const int size = world.pools.sizes.contains("h100") ? world.pools.sizes.at("h100") : 0;
    world.metrics.series["chat"].error = Error{ErrorKind::Unavailable, "no answer", {}};
    world.metrics.series["demand"].value = [](WallTime) { return 15.0; };  // the other one lets its replicas go
    world.steps(30min, [&] {
      CHECK(world.deployment("chat").replicas >= replicas);
      CHECK(world.buffer_of("chat") >= room);
      if (sizing == api::Sizing::Scale) CHECK(world.pools.sizes.at("h100") >= size);
    });
    CHECK(world.deployment("llm").replicas < other);
    if (sizing == api::Sizing::CapacityBuffer) continue;
    CHECK(world.said("ShrinkHeld").find("serving/chat is not known well enough") != std::string::npos);
    world.metrics.series["chat"].error.reset();
    world.steps(30min);
    CHECK(world.pools.sizes.at("h100") < size);
  }
}

TEST_CASE_METHOD(Emptying, "shared pool: when one of two is asked little some of the nodes go, one at a time",
                 "[weeks]") {
  const int size = pools.sizes.at("h100");
  CHECK(least() < size - 3);
}

TEST_CASE_METHOD(Emptying, "shared pool: while the other's target cannot be read none of them goes", "[weeks]") {
  const int size = pools.sizes.at("h100");
  deployment("chat").read_error = Error{ErrorKind::Unavailable, "no answer", {}};
  CHECK(least() >= size);
}

TEST_CASE_METHOD(Emptying, "shared pool: while the other is Paused none of them goes", "[weeks]") {
  const int size = pools.sizes.at("h100");
  spec("chat").mode = api::Mode::Paused;
  CHECK(least() >= size);
}

TEST_CASE("pools: workloads with the same demand want together what each wants alone", "[weeks]") {
  Shared world(api::Sizing::CapacityBuffer, 1);  // "chat" is asked exactly what "llm" is
  Figures sums;
  world.steps(2h, [&] {
    const auto figures = world.together();
    if (figures) sums.together += figures->together, sums.apart += figures->apart;
  });
  CHECK(sums.apart > 0);
  CHECK(sums.together == sums.apart);
}

TEST_CASE_METHOD(Emptying, "pools: a spec that does not decode lets none of the pool's nodes go", "[weeks]") {
  const int size = pools.sizes.at("h100");
  cluster.objects.at("chat").problem = Error{ErrorKind::Invalid, "spec.demand: is required", {}};
  CHECK(least() >= size);
}

TEST_CASE_METHOD(Emptying, "pools: after a restart a target that cannot be read lets none of the pool's nodes go",
                 "[weeks]") {
  const int size = pools.sizes.at("h100");
  deployment("chat").read_error = Error{ErrorKind::Unavailable, "no answer", {}};
  restart();
  CHECK(least() >= size);
}

TEST_CASE_METHOD(Emptying, "pools: a pod template that cannot be read lets none of the pool's nodes go", "[weeks]") {
  const int size = pools.sizes.at("h100");
  deployment("chat").replica.reset();
  CHECK(least() >= size);
}

TEST_CASE("pools: one that is Paused is not counted with the paths that it does not follow", "[weeks]") {
  Shared world(api::Sizing::Scale);
  world.steps(30min);
  world.spec("chat").mode = api::Mode::Paused;
  int above = 0;
  world.steps(2h, [&] {
    const auto figures = world.together();
    above += figures && figures->together > figures->apart ? 1 : 0;
  });
  CHECK(above == 0);  // more together than the sum of what each wants
}

}  // namespace
}  // namespace aia::loop::fakes
