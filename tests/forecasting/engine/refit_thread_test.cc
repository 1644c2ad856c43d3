// A refit runs on another thread, beside updates, and gives what it would give here. A program of its own, so that the
// thread sanitizer looks at this and not at days of computing in one thread.
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "forecasting/engine/forecaster.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

constexpr int kDay = 288;  // a day of five-minute steps

TEST_CASE("a refit on another thread, while updates go on, gives the same trees") {
  testing::Noise noise(9);
  Options options;
  options.step = std::chrono::minutes(5);
  options.season_steps = kDay;
  Forecaster forecaster(options);
  const auto update = [&](int t) {
    forecaster.update(TimePoint{t * options.step}, 1000 + 600 * std::sin(2 * M_PI * t / kDay) + 20 * noise.normal());
  };
  for (int t = 0; t < 3 * kDay; ++t) update(t);
  const RefitJob job = forecaster.refit_job();
  Refit elsewhere;
  std::thread other([&] { elsewhere = job.run(); });
  for (int t = 3 * kDay; t < 3 * kDay + 20; ++t) update(t);
  other.join();
  const Refit here = job.run();
  REQUIRE(here.size() == elsewhere.size());
  for (std::size_t k = 0; k < here.size(); ++k) {
    REQUIRE(here[k].size() == elsewhere[k].size());
    for (std::size_t f = 0; f < here[k].size(); ++f) CHECK(here[k][f].leaves == elsewhere[k][f].leaves);
  }
}

}  // namespace
}  // namespace forecasting
