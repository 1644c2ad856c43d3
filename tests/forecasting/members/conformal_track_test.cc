#include "forecasting/members/conformal_track.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

TEST_CASE("a residual is used only when its target has come") {
  ConformalTrack track({.steps = 5, .season_steps = 0, .window_steps = 100, .level = 0.9});
  for (int t = 0; t < 5; ++t) {
    track.mature(100, 0);
    CHECK(track.residuals() == 0);
    CHECK(std::isnan(track.last_loss()));
    track.issue(90, {.latest = 100, .level = 100});
  }
  track.mature(100, 0);
  CHECK(track.residuals() == 1);
  CHECK(track.last_loss() == Approx(0.9 * 10));  // no residual was known then: the quantile was the point, 10 too low
  track.issue(90, {.latest = 100, .level = 100});
  CHECK(track.quantile(0.9) == Approx(100).epsilon(0.02));
}

TEST_CASE("gaps: no residual from a missing target, none from a missing origin, the newest forecast stays") {
  ConformalTrack track({.steps = 1, .season_steps = 0, .window_steps = 100, .level = 0.9});
  track.mature(10, 0);
  track.issue(11, {.latest = 10, .level = 10});
  track.mature(kGap, 0);
  track.skip();
  CHECK(track.point() == Approx(11));
  track.mature(10, 0);
  CHECK(track.residuals() == 0);
}

TEST_CASE("units follow residuals that grow a thousandfold, and a shock leaves with the memory") {
  testing::Noise noise(4);
  ConformalTrack track({.steps = 1, .season_steps = 0, .window_steps = 400, .level = 0.9});
  const auto width = [&](int steps, double sigma) {
    for (int t = 0; t < steps; ++t) {
      const double value = 1e6 + sigma * noise.normal();
      track.mature(value, 0);
      track.issue(1e6, {.latest = 1e6, .level = 1e6});
    }
    return track.quantile(0.9) - 1e6;
  };
  CHECK(width(2000, 1) == Approx(1.28).epsilon(0.25));
  CHECK(width(2000, 1000) == Approx(1280).epsilon(0.25));
  CHECK(width(6000, 1) == Approx(1.28).epsilon(0.25));
}

TEST_CASE("a width that should follow the level does, and is found by its loss") {
  testing::Noise noise(9);
  ConformalTrack track({.steps = 1, .season_steps = 0, .window_steps = 4000, .level = 0.95});
  int covered_high = 0, high = 0;
  double width_low = 0, width_high = 0;
  double point = kGap;
  for (int t = 0; t < 12000; ++t) {
    const double mean = (t / 100) % 2 == 0 ? 100 : 1000;  // noise is 10 % of the level
    const double value = mean * (1 + 0.1 * noise.normal());
    track.mature(value, 0);
    if (t > 6000 && point == mean && mean > 500) ++high, covered_high += track.last_covered();
    const double next = ((t + 1) / 100) % 2 == 0 ? 100 : 1000;
    point = next;
    track.issue(next, {.latest = value, .level = 550});
    (next > 500 ? width_high : width_low) = track.quantile(0.95) - next;
  }
  CHECK(track.form() == ConformalTrack::kProportional);
  CHECK(width_high == Approx(164).epsilon(0.15));  // 1.64 σ
  CHECK(width_low == Approx(16.4).epsilon(0.15));
  CHECK(static_cast<double>(covered_high) / high == Approx(0.95).margin(0.02));
}

}  // namespace
}  // namespace forecasting
