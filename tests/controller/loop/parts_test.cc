// Which parts are forecast by themselves, and what a demand does with them from the questions it asks to its
// checkpoint.
#include "controller/loop/demand/parts.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "tests/controller/loop/fakes.h"
#include "tests/start.h"

namespace aia::loop::fakes {
namespace {

using Places = std::vector<std::size_t>;
using Values = std::vector<std::string>;

TEST_CASE("parts: the heaviest at first, and who stays among twice as many keeps its place") {
  Parts parts;
  CHECK_FALSE(parts.known());
  CHECK(parts.due(kStart, 24h));
  CHECK(parts.choose({"a", "b", "c", "d"}, 2, kStart) == Places{0, 1});
  CHECK(parts.values() == Values{"a", "b"});
  CHECK(parts.choose({"c", "d", "b", "a"}, 2, kStart).empty());
  CHECK(parts.choose({"c", "b", "d", "e"}, 2, kStart) == Places{0});
  CHECK(parts.values() == Values{"c", "b"});
  CHECK(parts.choose({"x", "y"}, 2, kStart) == Places{0, 1});
  CHECK(parts.values() == Values{"x", "y"});
  CHECK_FALSE(parts.due(kStart + 23h, 24h));
  CHECK(parts.due(kStart + 24h, 24h));
}

TEST_CASE("parts: one value is the whole, more are added as they come, none are taken away") {
  Parts parts;
  CHECK(parts.choose({"a"}, 3, kStart).empty());
  CHECK(parts.known());
  CHECK(parts.due(kStart + 1h, 24h));  // soon again, while there are none
  CHECK(parts.choose({"a", "b"}, 3, kStart) == Places{0, 1});
  CHECK(parts.choose({"a", "b", "c"}, 3, kStart) == Places{2});
  CHECK(parts.choose({"a"}, 3, kStart).empty());
  CHECK(parts.choose({"a", "z"}, 3, kStart) == Places{1});  // of b and c one is replaced
  CHECK(parts.values() == Values{"a", "z", "c"});
}

/// Two clients with jobs of their own rhythm, and others.
struct Clients : World {
  Clients() {
    deployment().replicas = 4;
    cluster.settle("llm", true);
    auto& demand = metrics.series["demand"];
    demand.by["acme"] = [](WallTime at) { return minute(at) % 29 < 12 ? 40.0 : 2.0; };
    demand.by["globex"] = [](WallTime at) { return minute(at) % 37 < 9 ? 50.0 : 3.0; };
    demand.by["small"] = [](WallTime) { return 1.0; };
    demand.value = [&demand](WallTime at) {
      double sum = 10;
      for (const auto& [name, value] : demand.by) sum += value(at);
      return sum;
    };
    spec().demand[0].decompose = api::DecomposeSpec{"client", 2};
    spec().forecast.history = 12h;
    spec().forecast.seasons = {1h};
    spec().lead_time = 5min;
  }
  static long minute(WallTime at) { return at.time_since_epoch() / 1min; }
  [[nodiscard]] const ports::MetricQuery* history() const {
    for (const auto& query : metrics.asked) {
      if (query.start) return &query;
    }
    return nullptr;
  }
};

TEST_CASE_METHOD(Clients, "parts: asked for first, then read together with the total") {
  cycle();
  REQUIRE(metrics.asked.size() == 2);
  CHECK(metrics.asked[0].by->heaviest == 0);
  CHECK(metrics.asked[0].by->values.empty());
  CHECK(metrics.asked[1].by->heaviest == 4);
  CHECK(metrics.asked[1].by->over == 1h);
  CHECK(metrics.asked[1].by->resolution == settings.grid_step);
  CHECK(condition("Ready").reason == "WarmingUp");
  clock.time += 15s;
  cycle();
  REQUIRE(history() != nullptr);
  CHECK(history()->by->label == "client");
  CHECK(history()->by->values == Values{"acme", "globex"});
  CHECK(condition("Ready").reason == "Active");
  run_for(2min);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
  const auto& why = cluster.forecasts.at("llm.requests").status.why;
  INFO(why);
  CHECK(why.find("its parts ") < why.find("its parts by"));  // what they weigh
  CHECK(why.find("its parts by client: acme, globex, and the rest") != std::string::npos);
  CHECK(reporter.cycle.objects.at(0).demand.at(0).now == metrics.series["demand"].value(clock.time - settings.cycle));
}

TEST_CASE_METHOD(Clients, "parts: a query without the label is a mistake that is said") {
  metrics.series["demand"].by.clear();
  metrics.series["demand"].value = [](WallTime) { return 15.0; };
  run_for(1min);
  CHECK(condition("Ready").reason == "WarmingUp");
  CHECK(condition("ForecastEligible").message.find("no series of the query has the label client") != std::string::npos);
  CHECK(deployment().replicas == 4);  // nothing is scaled in on it
  spec().demand[0].decompose.reset();
  run_for(1min);
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(Clients, "parts: clients without any demand so far are no mistake") {
  for (auto& [client, demand] : metrics.series["demand"].by) demand = [](WallTime) { return 0.0; };
  run_for(1min);
  CHECK(condition("Ready").reason == "Active");
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(Clients, "parts: who got heavy takes the place of who went, without a history of its own") {
  run_for(2min);
  metrics.series["demand"].by["acme"] = [](WallTime) { return 0.0; };
  metrics.series["demand"].by["initech"] = [](WallTime) { return 60.0; };
  run_for(2h);
  const auto& why = cluster.forecasts.at("llm.requests").status.why;
  CHECK(why.find("its parts by client: initech, globex, and the rest") != std::string::npos);
  CHECK(condition("ForecastEligible").status == api::ConditionStatus::True);
}

}  // namespace
}  // namespace aia::loop::fakes
