// The learner finds quantiles that are linear in the features, follows a change, and is not thrown by outliers.
#include "forecasting/learner/newton_quantiles.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

struct Learner {
  NewtonQuantiles::Options options;
  NewtonQuantiles learner;
  testing::Noise noise{7};
  double latest = 50;

  explicit Learner(int steps = 1, bool relative = false) : options(with(steps, relative)), learner(options) {}

  static NewtonQuantiles::Options with(int steps, bool relative) {
    NewtonQuantiles::Options options;
    options.steps = steps, options.relative = relative;
    options.levels = {0.1, 0.5, 0.95};
    return options;
  }
  Row row(double size) const {
    Row row{};
    row[0] = 1, row[1] = static_cast<float>(latest), row[14] = static_cast<float>(size);
    return row;
  }
};

TEST_CASE("newton quantiles: a spread that a feature foretells") {
  Learner one;
  for (int i = 0; i < 20000; ++i) {
    const double size = 1 + 4 * one.noise.uniform();
    one.learner.issue(one.row(size), one.latest, one.latest);
    one.learner.mature(one.latest + size * one.noise.normal());
  }
  for (const double size : {1.5, 4.5}) {
    std::array<double, 3> quantiles{};
    REQUIRE(one.learner.predict(one.row(size), one.latest, one.latest, quantiles));
    CHECK(quantiles[0] == Approx(one.latest - 1.282 * size).margin(0.25 * size));
    CHECK(quantiles[1] == Approx(one.latest).margin(0.15 * size));
    CHECK(quantiles[2] == Approx(one.latest + 1.645 * size).margin(0.25 * size));
  }
}

TEST_CASE("newton quantiles: nothing is said before anything was learned, and nothing is learned from gaps") {
  Learner one;
  std::array<double, 3> quantiles{};
  CHECK_FALSE(one.learner.predict(one.row(1), one.latest, one.latest, quantiles));
  for (int i = 0; i < 100; ++i) {
    if (i % 2 == 0) one.learner.skip();
    if (i % 2 != 0) one.learner.issue(one.row(1), one.latest, one.latest);
    one.learner.mature(i % 2 == 0 ? one.latest : NAN);
  }
  CHECK(one.learner.learned() == 0);
}

TEST_CASE(
    "newton quantiles: a residual is learned when its time has come, of every few origins where that is far off") {
  for (const int steps : {1, 5, 60}) {
    Learner one(steps);
    for (int i = 0; i < 1000; ++i) {
      one.learner.mature(50 + one.noise.normal());
      one.learner.issue(one.row(1), one.latest, one.latest);
      if (i <= steps - 1) CHECK(one.learner.learned() == 0);
    }
    const int stride = (steps + 15) / 16;
    CHECK(one.learner.learned() == Approx((1000 - steps) / stride).margin(1));
  }
}

TEST_CASE("newton quantiles: an absurd outlier moves what follows by no more than what was seen") {
  Learner one;
  std::array<double, 3> before{}, after{};
  const auto step = [&](double value) {
    one.learner.issue(one.row(1), one.latest, one.latest);
    one.learner.mature(value);
  };
  for (int i = 0; i < 5000; ++i) step(one.latest + one.noise.normal());
  REQUIRE(one.learner.predict(one.row(1), one.latest, one.latest, before));
  step(1e9);
  for (int i = 0; i < 500; ++i) step(one.latest + one.noise.normal());
  REQUIRE(one.learner.predict(one.row(1), one.latest, one.latest, after));
  for (const double quantile : after) CHECK(std::isfinite(quantile));
}

TEST_CASE("newton quantiles: relative to the level, noise that grows with it is one spread") {
  Learner one(1, true);
  for (int i = 0; i < 20000; ++i) {
    one.latest = 10 + 90 * one.noise.uniform();
    one.learner.issue(one.row(0), one.latest, one.latest);
    one.learner.mature(one.latest * (1 + 0.1 * one.noise.normal()));
  }
  for (const double latest : {20.0, 80.0}) {
    one.latest = latest;
    std::array<double, 3> quantiles{};
    REQUIRE(one.learner.predict(one.row(0), latest, latest, quantiles));
    CHECK(quantiles[2] == Approx(latest * 1.1645).epsilon(0.04));
  }
}

}  // namespace
}  // namespace forecasting
