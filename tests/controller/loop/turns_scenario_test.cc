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

/// 200 objects in namespace "a" and one in "z", and an API server with time for twenty reads and twenty writes in a
/// step.
struct TwoTenants : World {
  double need = 15;
  TwoTenants() {
    cluster.objects.clear();
    cluster.deployments.clear();
    for (int i = 0; i < 200; ++i) add("a" + std::to_string(1000 + i), 2, "demand").meta.ns = "a";
    add("z", 2, "demand").meta.ns = "z";
    run_for(5min);
    metrics.series["demand"].value = [this](WallTime) { return need; };
    cluster.reads_answered = 20;
    cluster.write_takes = settings.cycle / 40;
  }
};

TEST_CASE_METHOD(TwoTenants, "a tenant with 200 objects does not keep another one waiting for reads or writes") {
  cluster.unread.kind = GENERATE(ErrorKind::Timeout, ErrorKind::Throttled);
  std::map<std::string, int> reads, writes;
  int in_a_row = 0, most = 0;  // cycles in which "z" was not read, or not written though that was due
  for (int i = 0; i < 30; ++i) {
    cluster.read.clear(), cluster.scale_writes.clear();
    need += 10;  // all need one more replica
    cycle();
    clock.time += settings.cycle;
    for (const auto& name : cluster.read) ++reads[name];
    for (const auto& write : cluster.scale_writes) ++writes[write.target];
    const auto& z = reporter.cycle.objects.back();
    REQUIRE(z.key.name == "z");
    const bool served = z.current && (z.scaled || z.action == api::Action::Hold);
    in_a_row = served ? 0 : in_a_row + 1;
    most = std::max(most, in_a_row);
  }
  CHECK(most <= 1);
  CHECK(status("z").current_replicas >= 38);
  CHECK(writes["z"] >= 10);
  for (const auto& [name, object] : cluster.objects) {  // nor does it starve itself
    INFO(name);
    CHECK(reads[name] >= 2);
    CHECK(writes[name] >= 1);
  }
}

TEST_CASE_METHOD(World, "as many namespaces as a slow server has no time for: each is served within a few cycles") {
  cluster.objects.clear();
  cluster.deployments.clear();
  for (int i = 0; i < 60; ++i) {
    const std::string name = "o" + std::to_string(100 + i);
    add(name, 2, "demand").meta.ns = "of-" + name;
  }
  run_for(5min);
  metrics.series["demand"].value = [](WallTime) { return 95.0; };
  cluster.reads_answered = 20;
  cluster.unread.kind = ErrorKind::Throttled;
  cluster.write_takes = settings.cycle / 40;
  cluster.read.clear();
  for (int i = 0; i < 4; ++i) {
    cycle();
    clock.time += settings.cycle;
  }
  for (const auto& [name, deployment] : cluster.deployments) {
    INFO(name);
    CHECK(std::count(cluster.read.begin(), cluster.read.end(), name) >= 1);
    CHECK(deployment.replicas > 2);
  }
}

}  // namespace
}  // namespace aia::loop::fakes
