// A change is seen soon, what is no change hardly ever, and a single outcome is none.
#include "forecasting/learner/change_watch.h"

#include <catch2/catch.hpp>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

/// Scores until one is a change, at most `most`.
int until_seen(double mean, double deviation, int most, std::uint64_t seed, Change* seen = nullptr) {
  testing::Noise noise(seed);
  ChangeWatch watch(1000);
  for (int i = 0; i < most; ++i) {
    watch.add(mean + deviation * noise.normal());
    if (watch.answering() == Change::None) continue;
    if (seen != nullptr) *seen = watch.answering();
    return i + 1;
  }
  return most;
}

TEST_CASE("a change: forecasts too low, too high, too narrow are told apart, within some dozens") {
  struct Case {
    double mean, deviation;
    Change change;
  };
  for (const auto& [mean, deviation, change] :
       {Case{1.5, 1, Change::Higher}, {-1.5, 1, Change::Lower}, {0, 2.5, Change::Wilder}}) {
    Change seen = Change::None;
    CHECK(until_seen(mean, deviation, 1000, 3, &seen) < 40);
    CHECK(seen == change);
  }
}

TEST_CASE("no change: scores as they should be, and a single one far outside") {
  double scores = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) scores += until_seen(0, 1, 20'000, seed);
  CHECK(scores / 20 > 10'000);
  ChangeWatch watch(100);
  watch.add(50);
  for (int i = 0; i < 100; ++i) watch.add(0);
  CHECK(watch.answering() == Change::None);
}

TEST_CASE("a change is answered for its time, and begins anew") {
  ChangeWatch watch(10);
  while (watch.answering() == Change::None) watch.add(1.5);
  CHECK(watch.ago() == 0);
  for (int i = 0; i < 9; ++i) watch.step();
  CHECK(watch.answering() == Change::Higher);
  CHECK(watch.ago() == 9);
  watch.step();
  CHECK(watch.answering() == Change::None);
}

}  // namespace
}  // namespace forecasting
