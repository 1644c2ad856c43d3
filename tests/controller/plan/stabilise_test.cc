// Windows, tolerance and the rows of an afternoon.
#include "controller/plan/stabilise.h"

#include <catch2/catch.hpp>

#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

TEST_CASE("from current towards recommended") {
  struct Row {
    int current, recommended;
    std::vector<PastRecommendation> history;
    Calm calm;
    int replicas;
    bool by_window, by_tolerance;
  };
  const Calm none{}, down{0s, 300s, 0, 0}, up{60s, 0s, 0, 0}, tolerant{0s, 0s, 0.05, 0.1};
  const Row rows[] = {
      {10, 16, {}, none, 16, false, false},
      {10, 4, {}, none, 4, false, false},
      {10, 4, {{kNow - 299s, 8}, {kNow - 15s, 5}}, down, 8, true, false},   // the highest of the last 300 s
      {10, 4, {{kNow - 300s, 8}, {kNow - 15s, 5}}, down, 5, true, false},   // 300 s ago is over
      {10, 4, {{kNow - 15s, 20}}, down, 10, true, false},                   // holding never raises
      {10, 4, {}, down, 10, true, false},                                   // no history counts as current
      {10, 16, {{kNow - 15s, 4}}, down, 16, false, false},                  // up is not held by the way down
      {10, 16, {{kNow - 59s, 12}, {kNow - 15s, 14}}, up, 12, true, false},  // the lowest of the last 60 s
      {10, 16, {{kNow - 59s, 3}}, up, 10, true, false},                     // waiting never lowers
      {10, 16, {}, up, 10, true, false},
      {10, 9, {}, tolerant, 10, false, true},  // 1 of 10 is a tenth
      {10, 8, {}, tolerant, 8, false, false},
      {20, 21, {}, tolerant, 20, false, true},
      {20, 22, {}, tolerant, 22, false, false},
      {100, 71, {}, {0s, 0s, 0, 0.29}, 100, false, true},  // 29 of 100, whatever 0.29 is in binary
      {10, 10, {}, tolerant, 10, false, false},
  };
  for (const Row& row : rows) {
    INFO(row.current << " -> " << row.recommended);
    const Stabilised out = stabilise(row.current, row.recommended, row.history, kNow, row.calm);
    CHECK(out.replicas == row.replicas);
    CHECK(out.by_window == row.by_window);
    CHECK(out.by_tolerance == row.by_tolerance);
  }
}

TEST_CASE("defaults: up at once, down after the controller's window and by more than a tenth") {
  const Calm calm = calm_of(api::AutoscalerSpec{}, Settings{});
  CHECK(calm.up_window == 0s);
  CHECK(calm.down_window == 300s);
  CHECK(calm.up_tolerance == 0);
  CHECK(calm.down_tolerance == 0.1);
  api::AutoscalerSpec spec;
  spec.scale_up = {30s, 0.2};
  spec.scale_down = {60s, 0.0};
  CHECK(calm_of(spec, Settings{}).up_window == 30s);
  CHECK(calm_of(spec, Settings{}).up_tolerance == 0.2);
  CHECK(calm_of(spec, Settings{}).down_window == 60s);
  CHECK(calm_of(spec, Settings{}).down_tolerance == 0);
}
