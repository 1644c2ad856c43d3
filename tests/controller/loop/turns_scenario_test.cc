// Writes that are refused, never answered or slow: their objects say so and wait, the others are served.
#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Three objects before "llm" in the alphabet and one behind, on the same growing demand.
struct Neighbours : World {
  Neighbours() {
    for (const char* name : {"a1", "a2", "a3", "z"}) add(name, 2, "demand");
    run_for(5min);
  }
  void refuse(const Error& error) {
    for (const char* name : {"a1", "a2", "a3"}) cluster.deployments.at(name).write_error = error;
  }
  void grow() {
    metrics.series["demand"].value = [](WallTime) { return 95.0; };
  }
};

TEST_CASE_METHOD(Neighbours, "three objects whose writes a webhook refuses: theirs to say, nobody else's to wait") {
  refuse({ErrorKind::Unavailable, "failed calling webhook (HTTP 500)", {}, true});
  grow();
  const auto statuses = cluster.status_writes;
  cycle();
  CHECK(deployment().replicas == 4);  // twice the two until a second sample shows the jump, too
  CHECK(deployment("z").replicas == 4);
  CHECK(cluster.status_writes >= statuses + 5);
  CHECK(condition("AbleToScale", "a1").reason == "WriteFailed");
  CHECK_THAT(condition("AbleToScale", "a2").message, Catch::Contains("webhook"));
}

TEST_CASE_METHOD(Neighbours, "three objects whose writes are never answered delay the others by one cycle") {
  refuse({ErrorKind::Timeout, "no answer", {}});
  grow();
  cycle();
  CHECK(deployment().replicas == 2);  // three in a row: the server may be away
  CHECK_THAT(condition("AbleToScale").message, Catch::Contains("tried again next cycle"));
  const auto statuses = cluster.status_writes;
  clock.time += settings.cycle;
  cycle();
  CHECK(deployment().replicas >= 10);
  CHECK(deployment("z").replicas >= 10);
  CHECK(cluster.status_writes > statuses);  // one more try, which was answered
  CHECK(condition("AbleToScale", "a3").reason == "WriteFailed");
}

TEST_CASE_METHOD(World, "a slow server: cycles keep to their time, and everybody has a turn") {
  for (int i = 0; i < 30; ++i) add("o" + std::to_string(i), 2, "demand");
  run_for(5min);
  cluster.write_takes = 2s;
  metrics.series["demand"].value = [](WallTime) { return 95.0; };
  for (int i = 0; i < 12; ++i) {
    const auto begun = clock.time;
    cycle();
    CHECK(clock.time - begun <= settings.cycle + 10s);  // half a cycle each for two steps, and the writes under way
    clock.time += settings.cycle;
  }
  for (const auto& [name, deployment] : cluster.deployments) {
    INFO(name);
    CHECK(deployment.replicas >= 10);
  }
}

TEST_CASE_METHOD(World, "replicas that are missing come before those that are too many") {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) add(name, 8, std::string("demand of ") + name);
  settings.scale_down_stabilization = 0s;
  restart();
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    metrics.series[std::string("demand of ") + name].value = [](WallTime) { return 75.0; };
  run_for(5min);
  for (const char* name : {"a", "b", "c", "d", "e"})
    metrics.series[std::string("demand of ") + name].value = [](WallTime) { return 15.0; };
  metrics.series["demand of f"].value = [](WallTime) { return 155.0; };
  metrics.series["demand"].value = [](WallTime) { return 155.0; };
  cluster.scale_writes.clear();
  run_for(1min);
  REQUIRE(cluster.scale_writes.size() >= 3);
  CHECK(cluster.scale_writes[0].target == "f");
  CHECK(cluster.scale_writes[1].target == "llm");
}

}  // namespace
}  // namespace aia::loop::fakes
