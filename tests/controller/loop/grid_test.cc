// The grid and paging through history.
#include "controller/loop/demand/grid.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "controller/loop/demand/series_history.h"

namespace aia::loop {
namespace {

using namespace std::chrono_literals;

WallTime at(Millis offset) {
  return WallTime(Millis(1'800'000'000'000) + offset);
}

TEST_CASE("a grid point is a multiple of the step since the epoch") {
  CHECK(floor_to_grid(at(59'999ms), 60s) == at(0ms));
  CHECK(floor_to_grid(at(60s), 60s) == at(60s));
  CHECK(floor_to_grid(WallTime(-1ms), 60s) == WallTime(-60s));
}

TEST_CASE("points without a sample are gaps, and so are points with two") {
  ports::QueryAnswer answer;
  answer.series = {{{}, {{at(0s), 1}, {at(120s), 3}}}, {{}, {{at(120s), 4}, {at(180s), 5}, {at(600s), 9}}}};
  const auto values = on_grid(answer, {at(0s), at(240s), 60s});
  REQUIRE(values.size() == 5);
  CHECK(values[0] == 1);
  CHECK(std::isnan(values[1]));
  CHECK(std::isnan(values[2]));
  CHECK(values[3] == 5);
  CHECK(std::isnan(values[4]));
}

TEST_CASE("history is read in pages, then point by point, and a point is not lost when a query fails") {
  Settings settings;
  settings.history_page_points = 100;
  SeriesHistory history(3h);  // 181 points at 60 s: both ends
  const auto now = at(20s);
  const auto first = history.due(now, 1000, settings);
  REQUIRE(first);
  CHECK(first->first == at(-3h));
  CHECK(first->count() == 100);
  CHECK(history.progress() == 0);
  history.fed(*first);
  CHECK_FALSE(history.loaded());
  CHECK(history.behind());
  const auto second = history.due(now, 1000, settings);
  REQUIRE(second);
  CHECK(second->count() == 81);
  CHECK(second->last == at(0s));
  history.fed(*second);
  CHECK(history.loaded());
  CHECK_FALSE(history.due(now, 1000, settings));
  CHECK_FALSE(history.due(at(60s) + 14s, 1000, settings));  // not settled: its samples may not be stored yet
  CHECK(history.due(at(60s) + 15s, 1000, settings)->count() == 1);
  CHECK(history.due(at(180s) + 15s, 1000, settings)->first == at(60s));  // nobody fed it: asked for again
}

TEST_CASE("a history that times out is asked for in smaller pages") {
  Settings settings;
  SeriesHistory history(336h);
  CHECK(history.due(at(20s), 1'000'000, settings)->count() == 10'080);
  history.asked_too_much();
  CHECK(history.due(at(20s), 1'000'000, settings)->count() == 5'040);
  for (int i = 0; i < 20; ++i) history.asked_too_much();
  const auto smallest = history.due(at(20s), 1'000'000, settings);
  CHECK(smallest->count() == 60);
  history.fed(*smallest);
  CHECK(history.due(at(20s), 1'000'000, settings)->count() == 120);
}

}  // namespace
}  // namespace aia::loop
