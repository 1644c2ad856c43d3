#include "forecasting/values/residual_quantiles.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

/// The weighted conformal quantile by sorting: residual i of n weighs growth^i, the next one stands above all.
double by_sorting(const std::vector<double>& residuals, int window, double level) {
  const double growth = 1.0 / (1.0 - 2.0 / window);
  std::vector<std::pair<double, double>> weighted;
  double weight = 1, total = 0;
  for (const double residual : residuals) {
    weighted.emplace_back(residual, weight);
    total += weight;
    weight *= growth;
  }
  std::sort(weighted.begin(), weighted.end());
  double covered = 0;
  for (const auto& [residual, own] : weighted) {
    covered += own;
    if (covered >= level * (total + weight)) return residual;
  }
  return weighted.back().first;
}

TEST_CASE("quantiles equal those of sorted weighted residuals within a bin") {
  testing::Noise noise(1);
  for (const double level : {0.05, 0.5, 0.9, 0.95, 0.99}) {
    ResidualQuantiles quantiles(400, level);
    std::vector<double> residuals;
    for (int i = 0; i < 20000; ++i) {  // long enough for weights to be rescaled
      const double scale = i < 10000 ? 1 : 3;
      residuals.push_back(scale * noise.normal() + (i % 50 == 0 ? 8 : 0));
      quantiles.add(residuals.back());
      if (i % 1999 != 0) continue;
      const double expected = by_sorting(residuals, 400, level);
      INFO("level " << level << " after " << i);
      CHECK(std::fabs(quantiles.tracked() - expected) < 0.13 * std::fabs(expected) + 0.05);
      CHECK(std::fabs(quantiles.quantile(level) - quantiles.tracked()) < 1e-3);
    }
  }
}

TEST_CASE("quantiles ascend with the level") {
  testing::Noise noise(4);
  ResidualQuantiles quantiles(1000, 0.95);
  for (int i = 0; i < 3000; ++i) {
    quantiles.add(noise.normal());
    double before = -1e9;
    for (const double level : {0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999}) {
      const double now = quantiles.quantile(level);
      REQUIRE(now >= before);
      before = now;
    }
  }
}

TEST_CASE("nought stays nought, a single residual counts, extremes stay finite") {
  ResidualQuantiles quantiles(100, 0.95);
  CHECK(quantiles.tracked() == 0);
  for (int i = 0; i < 50; ++i) quantiles.add(0);
  CHECK(quantiles.tracked() == 0);
  ResidualQuantiles one(100, 0.95);
  one.add(2);
  CHECK(one.tracked() == Approx(2).epsilon(0.13));
  ResidualQuantiles extreme(100, 0.5);
  extreme.add(1e300);
  CHECK(std::isfinite(extreme.tracked()));
  extreme.add(-1e300);
  extreme.add(-1e300);
  extreme.add(-1e300);
  CHECK(extreme.tracked() < 0);
}

TEST_CASE("a larger unit makes residuals smaller by as much, exactly") {
  testing::Noise noise(3);
  ResidualQuantiles quantiles(1000, 0.95);
  for (int i = 0; i < 2000; ++i) quantiles.add(8 * noise.normal());
  const double followed = quantiles.tracked(), median = quantiles.quantile(0.5), low = quantiles.quantile(0.05);
  quantiles.rescale(3);
  CHECK(quantiles.tracked() == Approx(followed / 8));
  CHECK(quantiles.quantile(0.05) == Approx(low / 8));
  quantiles.rescale(-5);
  CHECK(quantiles.tracked() == Approx(followed * 4));
  CHECK(quantiles.quantile(0.5) == Approx(median * 4).margin(2));
}

TEST_CASE("a unit out of all proportion leaves nothing but order") {
  ResidualQuantiles quantiles(1000, 0.95);
  for (int i = 0; i < 100; ++i) quantiles.add(i - 50);
  for (const int octaves : {std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    quantiles.rescale(octaves);
    CHECK(std::isfinite(quantiles.tracked()));
    CHECK(quantiles.quantile(0.05) <= quantiles.quantile(0.95));
  }
}

TEST_CASE("old residuals fade") {
  ResidualQuantiles quantiles(200, 0.9);
  for (int i = 0; i < 1000; ++i) quantiles.add(10 + 0.01 * (i % 7));
  for (int i = 0; i < 1000; ++i) quantiles.add(1 + 0.01 * (i % 7));
  CHECK(quantiles.tracked() < 1.2);
}

}  // namespace
}  // namespace forecasting
