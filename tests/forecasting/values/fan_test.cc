#include "forecasting/values/fan.h"

#include <catch2/catch.hpp>

namespace forecasting {
namespace {

using std::chrono::minutes;

Fan example() {
  Fan fan;
  fan.origin = TimePoint{minutes(100)};
  fan.offsets = {minutes(10), minutes(20)};
  fan.levels = {0.5, 0.9};
  fan.values = {{20, 40}, {10, 30}};
  fan.latest = 10;
  return fan;
}

TEST_CASE("a fan is linear between knots and levels and flat beyond them") {
  struct Row {
    const char* what;
    int minute;  // after the origin
    double level, value;
  };
  const Row rows[] = {
      {"the origin is the newest value", 0, 0.9, 10},
      {"before the origin too", -5, 0.9, 10},
      {"a knot", 10, 0.5, 20},
      {"half way to the first knot: (10 + 20) / 2", 5, 0.5, 15},
      {"half way between knots: (40 + 30) / 2", 15, 0.9, 35},
      {"half way between levels: (20 + 40) / 2", 10, 0.7, 30},
      {"both: (30 + 20) / 2", 15, 0.7, 25},
      {"below the lowest level", 10, 0.1, 20},
      {"above the highest level", 10, 0.99, 40},
      {"beyond the last knot", 60, 0.9, 30},
  };
  const Fan fan = example();
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(fan.value(fan.origin + minutes(row.minute), row.level) == Approx(row.value));
  }
}

TEST_CASE("pointwise_max sees both ends and every knot between") {
  const Fan fan = example();
  const auto largest = [&](int from, int to) {
    return fan.pointwise_max(fan.origin + minutes(from), fan.origin + minutes(to), 0.9);
  };
  CHECK(largest(0, 20) == Approx(40));   // the knot at 10
  CHECK(largest(12, 20) == Approx(38));  // its start: 40 − 2/10 · 10
  CHECK(largest(0, 5) == Approx(25));    // its end
  CHECK(largest(30, 60) == Approx(30));
}

TEST_CASE("window_max adds the margin of the nearest windows to the largest pointwise quantile") {
  Fan fan = example();
  const auto largest = [&](int from, int to, double level) {
    return fan.window_max(fan.origin + minutes(from), fan.origin + minutes(to), level);
  };
  CHECK(largest(10, 20, 0.9) == Approx(40));  // no margins are known
  fan.window_starts = {minutes(10), minutes(20)};
  fan.window_lengths = {minutes(10)};
  fan.window_margins = {{2, 4}, {6, 8}};
  CHECK(largest(10, 20, 0.9) == Approx(44));
  CHECK(largest(10, 20, 0.5) == Approx(22));
  CHECK(largest(10, 15, 0.9) == Approx(42));  // half of the length, half of the margin
  CHECK(largest(15, 25, 0.9) == Approx(41));  // 35 at its start; half way between the starts: (4 + 8) / 2
  fan.window_margins = {{30, 0}, {6, 8}};
  CHECK(largest(10, 20, 0.5) == Approx(40));  // 50 and 40 cross: sorted
  CHECK(largest(10, 20, 0.9) == Approx(50));
}

}  // namespace
}  // namespace forecasting
