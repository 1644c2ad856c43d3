#include "forecasting/members/horizon.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

TEST_CASE("a residual is used only when its target has come") {
  Horizon horizon({.steps = 5, .season_steps = 0, .window_steps = 100, .level = 0.9});
  for (int t = 0; t < 5; ++t) {
    horizon.mature(100, 0);
    CHECK(horizon.residuals() == 0);
    CHECK(std::isnan(horizon.last_loss()));
    horizon.issue(90, {.latest = 100, .level = 100});
  }
  horizon.mature(100, 0);
  CHECK(horizon.residuals() == 1);
  CHECK(horizon.last_loss() == Approx(0.9 * 10));  // no residual was known then: the quantile was the point, 10 too low
  horizon.issue(90, {.latest = 100, .level = 100});
  CHECK(horizon.quantile(0.9) == Approx(100).epsilon(0.02));
}

TEST_CASE("gaps: no residual from a missing target, none from a missing origin, the newest forecast stays") {
  Horizon horizon({.steps = 1, .season_steps = 0, .window_steps = 100, .level = 0.9});
  horizon.mature(10, 0);
  horizon.issue(11, {.latest = 10, .level = 10});
  horizon.mature(kGap, 0);
  horizon.skip();
  CHECK(horizon.point() == Approx(11));
  horizon.mature(10, 0);
  CHECK(horizon.residuals() == 0);
}

TEST_CASE("units follow residuals that grow a thousandfold, and a shock leaves with the memory") {
  testing::Noise noise(4);
  Horizon horizon({.steps = 1, .season_steps = 0, .window_steps = 400, .level = 0.9});
  const auto width = [&](int steps, double sigma) {
    for (int t = 0; t < steps; ++t) {
      const double value = 1e6 + sigma * noise.normal();
      horizon.mature(value, 0);
      horizon.issue(1e6, {.latest = 1e6, .level = 1e6});
    }
    return horizon.quantile(0.9) - 1e6;
  };
  CHECK(width(2000, 1) == Approx(1.28).epsilon(0.25));
  CHECK(width(2000, 1000) == Approx(1280).epsilon(0.25));
  CHECK(width(6000, 1) == Approx(1.28).epsilon(0.25));
}

TEST_CASE("a width that should follow the level does, and is found by its loss") {
  testing::Noise noise(9);
  Horizon horizon({.steps = 1, .season_steps = 0, .window_steps = 4000, .level = 0.95});
  int covered_high = 0, high = 0;
  double width_low = 0, width_high = 0;
  double point = kGap;
  for (int t = 0; t < 12000; ++t) {
    const double mean = (t / 100) % 2 == 0 ? 100 : 1000;  // noise is 10 % of the level
    const double value = mean * (1 + 0.1 * noise.normal());
    horizon.mature(value, 0);
    if (t > 6000 && point == mean && mean > 500) ++high, covered_high += horizon.last_covered();
    const double next = ((t + 1) / 100) % 2 == 0 ? 100 : 1000;
    point = next;
    horizon.issue(next, {.latest = value, .level = 550});
    (next > 500 ? width_high : width_low) = horizon.quantile(0.95) - next;
  }
  CHECK(horizon.form() == Horizon::kProportional);
  CHECK(width_high == Approx(164).epsilon(0.15));  // 1.64 σ
  CHECK(width_low == Approx(16.4).epsilon(0.15));
  CHECK(static_cast<double>(covered_high) / high == Approx(0.95).margin(0.02));
}

}  // namespace
}  // namespace forecasting
