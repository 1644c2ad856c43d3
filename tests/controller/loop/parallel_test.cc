// Work over threads: each piece once, and a loop that learns on three threads says what one on a single thread says.
#include "controller/loop/cycle/parallel.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

TEST_CASE("each piece of work is done once, whatever the threads, and all when it returns") {
  for (const int threads : {-1, 0, 1, 2, 7}) {
    for (const std::size_t count : {0U, 1U, 3U, 1000U}) {
      std::vector<int> done(count, 0);
      in_parallel(count, threads, [&](std::size_t i) { ++done[i]; });
      CHECK(done == std::vector<int>(count, 1));
    }
  }
}

/// Seven services with an hour's season, each with its own demand.
struct Seven : World {
  explicit Seven(int threads) {
    settings.threads = threads;
    for (int i = 0; i < 7; ++i) {
      const std::string name = "llm-" + std::to_string(i), query = "demand of " + name;
      add(name, 3, query);
      spec(name).forecast.history = 12h;
      spec(name).forecast.seasons = {1h};
      metrics.series[query].value = [i](WallTime at) {
        const double minute = std::chrono::duration<double, std::ratio<60>>(at.time_since_epoch()).count();
        return 40 + i + 20 * std::sin(2 * M_PI * minute / 60) + 5 * std::sin(minute * minute);
      };
    }
    restart();
  }
};

TEST_CASE("learning on three threads: the same forecasts, to the last bit") {
  Seven one(1), three(3);
  one.run_for(20min), three.run_for(20min);
  REQUIRE(one.cluster.forecasts.size() == 8);  // the world has one of its own
  for (const auto& [name, forecast] : one.cluster.forecasts) {
    INFO(name);
    CHECK_FALSE(forecast.status.fan.empty());
    CHECK(forecast.status == three.cluster.forecasts.at(name).status);
  }
  CHECK(one.cluster.scale_writes.size() == three.cluster.scale_writes.size());
}

}  // namespace
}  // namespace aia::loop::fakes
