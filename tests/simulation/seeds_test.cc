// A seed is a day: what happens in it depends on nothing else.
#include <algorithm>
#include <catch2/catch.hpp>

#include "simulation/faults/simulate.h"
#include "tests/sanitized.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kFirst = 1, kReplayed = testing::kSanitized ? 2 : 6;

TEST_CASE("a seed replays exactly, whatever runs beside it") {
  SimulationOptions options;
  options.length = 12h;
  const auto alone = simulate_many(kFirst, kReplayed, 1, options),
             beside = simulate_many(kFirst, kReplayed, 3, options);
  for (std::size_t i = 0; i < alone.size(); ++i) CHECK(alone[i].digest == beside[i].digest);
  CHECK(alone[0].digest != alone[1].digest);
  CHECK(std::all_of(alone.begin(), alone.end(), [](const auto& one) { return one.writes > 100 && one.scales > 5; }));
}

}  // namespace
}  // namespace aia::simulation
