// What must hold for any input: ten thousand seeded cases. A failure prints its seed.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "fixtures.h"
#include "tests/sanitized.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

namespace {

/// SplitMix64: https://prng.di.unimi.it/splitmix64.c
struct Dice {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  int upto(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n + 1)); }
  bool chance(int percent) { return upto(99) < percent; }
  Millis seconds(int n) { return std::chrono::seconds(upto(n)); }
};

/// A case and the fans that it points to.
struct Case {
  Input input;
  std::vector<forecasting::Fan> fans;
};

DemandInput any_demand(Dice& dice, std::vector<forecasting::Fan>& fans) {
  DemandInput entry = demand(dice.upto(500), static_cast<api::DemandKind>(dice.upto(3)), 1 + dice.upto(20));
  entry.trust = dice.chance(70) ? Trust::Whole : static_cast<Trust>(dice.upto(3));
  if (entry.trust == Trust::Missing) entry.value.reset();
  entry.data_age = dice.seconds(120);
  if (dice.chance(30)) entry.backlog = dice.upto(2000);
  entry.backlog_missing = dice.chance(5);
  if (dice.chance(60)) {
    const double from = dice.upto(500), to = dice.upto(500);
    fans.push_back(
        fan_of([=](Millis ahead) { return from + (to - from) * static_cast<double>(ahead / 1s) / 3600; }, 1.3));
    entry.fan = &fans.back();
  }
  return entry;
}

Case any_case(std::uint64_t seed) {
  Dice dice{seed};
  Case made;
  made.fans.reserve(8);
  Input& input = made.input;
  input = at_rest(1 + dice.upto(60), demand(0));
  input.demand.clear();
  for (int i = dice.upto(3); i >= 0; --i) input.demand.push_back(any_demand(dice, made.fans));
  input.spec.min_replicas = 1 + dice.upto(5);
  input.spec.max_replicas = input.spec.min_replicas + dice.upto(60);
  if (dice.chance(50)) input.spec.scale_down = {};
  if (dice.chance(20)) input.spec.scale_up = {dice.seconds(100), 0.1};
  input.replicas.ready = dice.upto(input.replicas.spec);
  for (int i = dice.upto(5); i > 0; --i) input.replicas.starting_ages.push_back(dice.seconds(1200));
  if (dice.chance(10)) input.replicas.rollout = "under way";
  for (int i = dice.upto(20); i > 0; --i) input.history.push_back({kNow - i * 15s, dice.upto(70)});
  input.warmed_up = dice.chance(90);
  if (dice.chance(5)) input.conflict = "an HPA";
  if (dice.chance(5)) input.unseen = "nothing was heard of pods";
  if (dice.chance(2)) input.replicas.spec = 0;
  return made;
}

void for_any_case(const std::function<void(const Case&)>& check) {
  const char* given = std::getenv("AIA_SEED");
  const std::uint64_t first = given ? std::strtoull(given, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + aia::testing::tries(10'000); ++seed) {
    INFO("AIA_SEED=" << seed);
    check(any_case(seed));
  }
}

std::string bytes(const Decision& decision) {
  std::string out = std::to_string(static_cast<int>(decision.action)) + "," +
                    std::to_string(decision.desired.value_or(-1)) + "," +
                    std::to_string(decision.recommendation.value_or(-1));
  for (const auto& reason : decision.reasons) out += std::string("\n") + to_string(reason.code) + " " + reason.message;
  return out;
}

}  // namespace

TEST_CASE("desired lies within the bounds, action says what desired means, there is always a reason") {
  for_any_case([](const Case& made) {
    const Input& input = made.input;
    const Decision decision = decide(input, {});
    const int current = input.replicas.spec;
    REQUIRE(decision.desired);
    if (current == 0) {
      REQUIRE(*decision.desired == 0);
    } else {
      REQUIRE(*decision.desired >= input.spec.min_replicas);
      REQUIRE(*decision.desired <= std::max(input.spec.max_replicas, input.unseen.empty() ? 0 : current));
    }
    if (decision.action == Action::ScaleOut) REQUIRE(*decision.desired > current);
    if (decision.action == Action::ScaleIn) REQUIRE(*decision.desired < current);
    if (decision.action == Action::Hold && input.conflict.empty()) REQUIRE(*decision.desired == current);
    if (!input.conflict.empty()) REQUIRE(decision.action == Action::Hold);
    if (!input.unseen.empty()) REQUIRE(decision.action != Action::ScaleIn);
    REQUIRE_FALSE(decision.reasons.empty());
    REQUIRE(decision.reasons.size() <= 16);
    REQUIRE(decision.figures.size() == input.demand.size());
  });
}

TEST_CASE("nothing is scaled in on data that is not whole, cold, in a rollout, or below what starts, but to max") {
  for_any_case([](const Case& made) {
    const Input& input = made.input;
    const Decision decision = decide(input, {});
    const int floor = std::min(input.replicas.spec, input.spec.max_replicas);
    bool whole = true;
    for (const auto& entry : input.demand) whole = whole && entry.trust == Trust::Whole && !entry.backlog_missing;
    if (!whole || !input.warmed_up || !input.replicas.rollout.empty()) REQUIRE(*decision.desired >= floor);
    int starting = 0;
    for (const auto age : input.replicas.starting_ages) starting += age <= 2 * input.lead.p90 ? 1 : 0;
    if (starting > 0) REQUIRE(*decision.desired >= std::min(floor, input.replicas.ready + starting));
  });
}

TEST_CASE("more demand never means fewer replicas") {
  for_any_case([](const Case& made) {
    Input more = made.input;
    std::vector<forecasting::Fan> fans = made.fans;
    std::size_t used = 0;
    for (auto& entry : more.demand) {
      if (entry.value) *entry.value *= 1.5;
      if (entry.backlog) *entry.backlog += 100;
      if (entry.fan) {
        for (std::size_t k = 0; k < fans[used].values.rows(); ++k) {
          for (double& quantile : fans[used].values.row(k)) quantile *= 1.5;
        }
        fans[used].latest *= 1.5;
        entry.fan = &fans[used++];
      }
    }
    REQUIRE(*decide(more, {}).desired >= *decide(made.input, {}).desired);
  });
}

TEST_CASE("a forecast never lowers what would be desired without it") {
  for_any_case([](const Case& made) {
    Input without = made.input;
    for (auto& entry : without.demand) entry.fan = nullptr;
    REQUIRE(*decide(made.input, {}).desired >= *decide(without, {}).desired);
  });
}

TEST_CASE("a metric that goes missing never lowers") {
  for_any_case([](const Case& made) {
    Input missing = made.input;
    for (auto& entry : missing.demand) {
      entry.trust = Trust::Missing;
      entry.value.reset();
    }
    const int current = missing.replicas.spec;
    REQUIRE(*decide(missing, {}).desired >= std::min(current, missing.spec.max_replicas));
  });
}

TEST_CASE("the same input gives the same bytes") {
  for_any_case([](const Case& made) { REQUIRE(bytes(decide(made.input, {})) == bytes(decide(made.input, {}))); });
}
