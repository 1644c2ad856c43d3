// Trees find what no line says, give the same bytes each time, and refuse to be grown on nothing.
#include "forecasting/learner/tree_fit.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

/// A change that depends on two features together: 10 where both are above a half, noise of size 1.
Examples both(int n) {
  testing::Noise noise(5);
  Examples examples;
  for (int i = 0; i < n; ++i) {
    Row row{};
    row[3] = static_cast<float>(noise.uniform()), row[9] = static_cast<float>(noise.uniform());
    row[20] = static_cast<float>(noise.uniform());  // says nothing
    examples.rows.push_back(row);
    examples.changes.push_back(static_cast<float>((row[3] > 0.5F && row[9] > 0.5F ? 10 : 0) + noise.normal()));
  }
  return examples;
}

Forest grow_forest(const Examples& examples, const ForestOptions& options) {
  return grow_forests(examples, {options}).front();
}

double quantile(const Forest& forest, float a, float b, std::size_t level) {
  Row row{};
  row[3] = a, row[9] = b;
  std::array<double, 3> changes{};
  forest.predict(row, changes);
  return changes[level];
}

TEST_CASE("trees: an interaction, at several levels of one forest") {
  const auto forest = grow_forest(both(8000), {.level = 0.9, .levels = {0.5, 0.9, 0.95}});
  REQUIRE_FALSE(forest.empty());
  CHECK(quantile(forest, 0.8F, 0.8F, 1) == Approx(10 + 1.282).margin(0.5));
  CHECK(quantile(forest, 0.2F, 0.8F, 1) == Approx(1.282).margin(0.5));
  CHECK(quantile(forest, 0.8F, 0.2F, 0) == Approx(0).margin(0.7));
  CHECK(quantile(forest, 0.2F, 0.2F, 2) == Approx(1.645).margin(0.5));
  CHECK(forest.bytes() < 8192);
}

TEST_CASE("trees: the same examples give the same forest") {
  const auto examples = both(1000);
  const ForestOptions options{.level = 0.95, .levels = {0.95}};
  const auto first = grow_forest(examples, options), second = grow_forest(examples, options);
  CHECK(first.leaves == second.leaves);
  CHECK(first.start == second.start);
}

TEST_CASE("trees: constant changes need no tree, few examples give no forest") {
  auto examples = both(500);
  examples.changes.assign(examples.changes.size(), 3.0F);
  const auto forest = grow_forest(examples, {.level = 0.95, .levels = {0.95}});
  CHECK(quantile(forest, 0.8F, 0.8F, 0) == 3.0);
  CHECK(grow_forest(both(99), {.level = 0.95, .levels = {0.95}}).empty());
}

}  // namespace
}  // namespace forecasting
