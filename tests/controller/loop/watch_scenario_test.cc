// Golden scenarios: a watch that says nothing leaves a cache that shows the past. Ten replicas stand where two would
// do, and a person may have set mode Paused, which nobody sees: nothing is scaled in then, while more is started all
// the same.
#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Ten Ready replicas, demand for two, no forecast, and watches that were all heard a minute ago.
struct Watched : World {
  Watched() {
    deployment().replicas = 10;
    cluster.settle("llm", true);
    spec().forecast.model = api::ModelChoice::Off;
    cluster.ages = {{"aiautoscalers", 1min, true, ""},
                    {"horizontalpodautoscalers", 1min, true, ""},
                    {"pods", 1min, true, ""},
                    {"forecasts", 1min, false, ""}};
  }
};

TEST_CASE_METHOD(Watched, "watches that are heard hold nothing, nor does one that nothing is decided on") {
  cluster.ages[3].age = 24h;
  cluster.ages[0].age = settings.watch_freshness;
  run_for(10min);
  CHECK(deployment().replicas == 2);
  CHECK(condition("Ready").reason == "Active");
  CHECK(condition("ScalingLimited").reason == "WithinBounds");
}

TEST_CASE_METHOD(Watched, "past the limit nothing is scaled in, and it is said of what and why") {
  const auto unheard = GENERATE(0U, 1U, 2U);
  cluster.ages[unheard].age = settings.watch_freshness + 1s;
  cluster.ages[unheard].problem = "it cannot be listed (HTTP 403)";
  run_for(20min);
  CHECK(deployment().replicas == 10);
  const std::string words = "nothing was heard of " + cluster.ages[unheard].resource +
                            " for more than 3m (it cannot be listed (HTTP 403)); nothing is scaled in meanwhile";
  CHECK(condition("ScalingLimited").status == api::ConditionStatus::True);
  CHECK(condition("ScalingLimited").reason == "WatchStale");
  CHECK(condition("ScalingLimited").message == words);
  CHECK(condition("Ready").status == api::ConditionStatus::Unknown);
  CHECK(condition("Ready").reason == "WatchStale");
  CHECK(reporter.cycle.objects.front().reasons.back().code == "WatchStale");

  const int written = cluster.status_writes;
  cluster.ages[unheard].age += 1h;
  cycle();
  CHECK(cluster.status_writes == written);  // how old is no news
}

TEST_CASE_METHOD(Watched, "once it is heard again, replicas go after a whole window of seeing") {
  cluster.ages[0].age = 1h;
  run_for(20min);
  cluster.ages[0].age = 0s;
  run_for(settings.scale_down_stabilization - settings.cycle);
  CHECK(deployment().replicas == 10);
  CHECK(condition("Ready").reason == "Active");
  run_for(1min);
  CHECK(deployment().replicas == 2);
}

TEST_CASE_METHOD(Watched, "more is started all the same, up to the max that was last seen") {
  cluster.ages[0].age = 1h;
  metrics.series["demand"].value = [](WallTime) { return 1e6; };
  spec().max_replicas = 30;
  run_for(1min);
  CHECK(deployment().replicas == 30);
}

TEST_CASE_METHOD(Watched, "nor is it brought down to a max that may be another by now") {
  cluster.ages[0].age = 1h;
  spec().max_replicas = 5;
  SECTION("whatever demand says") {
    metrics.series["demand"].value = [](WallTime) { return 1e6; };
  }
  SECTION("or nothing is known of it") {
    metrics.series.erase("demand");
  }
  run_for(20min);
  CHECK(deployment().replicas == 10);
  CHECK(cluster.scale_writes.empty());
}

}  // namespace
}  // namespace aia::loop::fakes
