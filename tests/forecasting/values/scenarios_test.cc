// Scenario paths by hand: values between offsets, quantiles across paths, sums by origin.
#include "forecasting/values/scenarios.h"

#include <catch2/catch.hpp>

namespace forecasting {
namespace {

using std::chrono::minutes;

/// Two offsets, 10 and 20 minutes; path i is {values[i], values[i] + 10}.
Scenarios made(const std::vector<long>& drawn_at, const std::vector<double>& values) {
  Scenarios scenarios;
  scenarios.offsets = {minutes(10), minutes(20)};
  scenarios.drawn_at = drawn_at;
  scenarios.paths = Matrix(values.size(), 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    scenarios.paths(i, 0) = values[i];
    scenarios.paths(i, 1) = values[i] + 10;
  }
  return scenarios;
}

TEST_CASE("a path is linear between offsets and flat beyond them") {
  const Scenarios scenarios = made({1, 2}, {0, 100});
  const auto at = [&](std::size_t path, int minute) { return scenarios.value(path, TimePoint{minutes(minute)}); };
  CHECK(at(1, 0) == 100);
  CHECK(at(1, 10) == 100);
  CHECK(at(1, 15) == Approx(105));
  CHECK(at(1, 20) == 110);
  CHECK(at(1, 60) == 110);
  CHECK(at(0, 15) == Approx(5));
}

TEST_CASE("quantiles across paths lie between the middles of their ranks") {
  const Scenarios scenarios = made({1, 2, 3, 4}, {30, 0, 10, 20});
  CHECK(scenarios.quantile(0, 0.5) == Approx(15));   // between the second and the third of four
  CHECK(scenarios.quantile(0, 0.125) == Approx(0));  // the middle of the first quarter
  CHECK(scenarios.quantile(1, 0.99) == Approx(40));  // beyond the last middle: the largest
  CHECK(scenarios.quantiles(1, std::vector{0.5, 0.99}) == std::vector{25.0, 40.0});
}

TEST_CASE("paths of the origins that all parts have are added, at the offsets that all have") {
  Scenarios shorter;
  shorter.offsets = {minutes(10)};
  shorter.drawn_at = {2, 3, 5};
  shorter.paths = {{1}, {2}, {3}};
  const std::vector<Scenarios> parts{made({1, 2, 3}, {100, 200, 300}), shorter};
  const Scenarios total = sum(parts);
  CHECK(total.drawn_at == std::vector<long>{2, 3});
  CHECK(total.paths == Matrix{{201}, {302}});
  CHECK(sum({}).empty());
  CHECK(sum(std::vector{made({1}, {1}), made({2}, {1})}).empty());
}

}  // namespace
}  // namespace forecasting
