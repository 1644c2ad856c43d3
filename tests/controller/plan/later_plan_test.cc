// What later cycles will plan for: by table, at its bounds, and on a random walk, where the truth is known.
#include "controller/plan/later_plan.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/controller/plan/fixtures.h"

using namespace aia;
using namespace aia::plan;
using aia::plan::testing::kNow;
using forecasting::Fan;

namespace {

constexpr Millis kLead = std::chrono::minutes(2), kFar = std::chrono::minutes(8);

/// Median and P95 above it, at the pod's lead and at the far end.
Fan fan(double median, double near_doubt, double far_median, double far_doubt) {
  Fan made;
  made.origin = kNow;
  made.offsets = {kLead, kFar};
  made.levels = {0.5, 0.95};
  made.values = {{median, median + near_doubt}, {far_median, far_median + far_doubt}};
  made.latest = median;
  return made;
}

double far_plan(const Fan& fan) {
  return LaterPlan(fan, kNow, kLead, 0.95).largest(kNow + kLead, kNow + kFar);
}

}  // namespace

TEST_CASE("a later plan: what is left of the doubt, and what is settled until then, as squares") {
  struct Row {
    const char* what;
    Fan fan;
    double far;
  };
  const Row rows[] = {
      {"nothing is left: the quantile itself", fan(100, 0, 100, 50), 150},
      {"nothing is settled meanwhile: the quantile itself", fan(100, 50, 100, 50), 150},
      {"3, 4, 5", fan(100, 30, 100, 50), 100 + 30 + 40},
      {"the farthest from it: √2", fan(100, std::sqrt(50.0), 100, 10), 100 + std::sqrt(200.0)},
      {"what is left grows with demand", fan(50, 15, 100, 50), 100 + 30 + 40},
      {"… but never beyond the doubt", fan(10, 15, 100, 50), 150},
      {"more doubt near than far: the plan of now is the larger one", fan(100, 60, 80, 20), 160},
      {"no doubt", fan(100, 0, 120, 0), 120},
      {"no demand", fan(0, 0, 0, 0), 0},
      {"none now: all of it may be settled", fan(0, 5, 100, 50), 150},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(far_plan(row.fan) == Approx(row.far));
  }
}

TEST_CASE("a later plan of demand itself: one path of many") {
  const Fan doubtful = fan(100, 30, 100, 50);
  const LaterPlan later(doubtful, kNow, kLead, 0.95);
  CHECK(later.at(kNow + kFar, 150) == Approx(170));  // the planning quantile
  CHECK(later.at(kNow + kFar, 100) == Approx(130));  // the median: what is left comes on top
  CHECK(later.at(kNow + kFar, 50) == Approx(90));
  CHECK(later.at(kNow + kFar, 0) == Approx(50));
  for (const double demand : {0.0, 100.0, 500.0})
    CHECK(later.at(kNow + kLead, demand) == Approx(130));  // that plan is known
}

TEST_CASE("a later plan on a random walk is covered as often as the quantile says, which demand's own is not") {
  // A step a second of N(0, 1): known to be spread as √t, and forecast by its last value.
  const double z = 1.6448536269514722;
  const double near_s = 120, far_s = 480, start = 1000;
  const double near_doubt = z * std::sqrt(near_s), far_doubt = z * std::sqrt(far_s);
  const double planned = far_plan(fan(start, near_doubt, start, far_doubt));
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const int tries = 20'000;
  int covered = 0, by_demands_quantile = 0;
  for (int i = 0; i < tries; ++i) {
    // What is seen when the far end is one pod lead ahead, and what is planned then.
    const double then = start + std::sqrt(far_s - near_s) * normal(random) + near_doubt;
    covered += then <= planned ? 1 : 0;
    by_demands_quantile += then <= start + far_doubt ? 1 : 0;
  }
  CHECK(covered / double(tries) == Approx(0.95).margin(0.01));
  CHECK(by_demands_quantile / double(tries) < 0.85);
}
