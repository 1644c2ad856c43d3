// Quantiles of changes: a unit that follows them, up, down, and through years in which nothing changes.
#include "forecasting/learner/changes.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace forecasting {
namespace {

TEST_CASE("changes: the unit follows them, a quantile is one of them") {
  Changes changes(200, 0.95);
  for (const double unit : {1e-9, 1.0, 1e12, 1.0, 1e-9}) {
    for (int i = 0; i < 20'000; ++i) changes.add(unit * (1 + i * 37 % 100) / 100);
    CHECK(changes.quantile(0.5) == Approx(unit / 2).epsilon(0.1));
    CHECK(changes.quantile(0.95) == Approx(0.95 * unit).epsilon(0.1));
  }
}

TEST_CASE("changes: after years without any, the first one is known for what it is") {
  Changes changes(72, 0.95);
  for (int i = 0; i < 50'000; ++i) changes.add(i < 10 ? 1 : 0);  // the mean fades below what a double holds
  CHECK(changes.quantile(0.95) == 0);
  for (int i = 0; i < 100; ++i) changes.add(i % 2 == 0 ? 1 : -1);
  CHECK(std::isfinite(changes.quantile(0.95)));
  CHECK(changes.quantile(0.95) == Approx(1).epsilon(0.2));
}

}  // namespace
}  // namespace forecasting
