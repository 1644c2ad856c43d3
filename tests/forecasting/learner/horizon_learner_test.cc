// The horizon's quantiles on series whose answer is known: coverage, the last value where nothing can be foretold, and
// trees that gain weight by being right and lose it by being wrong.
#include "forecasting/learner/horizon_learner.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

constexpr std::size_t kUpper = 2;

struct Exam {
  double loss = 0, last_value_loss = 0, covered = 0;
  int judged = 0;
};

double pinball(double value, double quantile) {
  return value >= quantile ? 0.95 * (value - quantile) : 0.05 * (quantile - value);
}

/// Feeds days of 288 steps and judges the last half at P95, beside the last value with the true spread of changes.
Exam exam(int steps, int days, const std::function<double(int)>& value, double spread) {
  const auto spans = Spans::of(288);
  HorizonLearner learner({.steps = steps, .levels = {0.1, 0.5, 0.95, 0.99}, .planning = kUpper, .spans = spans});
  Archive archive(8 * spans.day);
  Features features(spans, steps);
  std::vector<double> upper, latest;
  Exam exam;
  for (int i = 0; i < days * 288; ++i) {
    const double now = value(i);
    const auto origin = static_cast<std::size_t>(std::max(0, i - steps));
    if (i >= days * 144 && !std::isnan(now) && !std::isnan(upper[origin])) {
      exam.loss += pinball(now, upper[origin]);
      exam.last_value_loss += pinball(now, latest[origin] + 1.645 * spread);
      exam.covered += now <= upper[origin], ++exam.judged;
    }
    learner.mature(now);
    archive.push(now);
    features.update(std::isnan(now) ? features.latest() : now);
    if (std::isnan(now)) {
      learner.skip();
    } else {
      learner.issue({features.row(steps, archive), features.latest(), features.level()});
    }
    // From within a gap the newest forecast before it is served; see Forecaster::fan.
    upper.push_back(std::isnan(now) ? NAN : learner.quantiles()[kUpper]), latest.push_back(features.latest());
    const auto all = learner.quantiles();
    REQUIRE((std::isnan(all[0]) || std::is_sorted(all.begin(), all.end())));
  }
  exam.covered /= exam.judged;
  return exam;
}

TEST_CASE("horizon learner: a day's rhythm is foretold, with its coverage") {
  testing::Noise noise(11);
  const auto value = [&](int i) { return 500 + 200 * std::sin(2 * std::numbers::pi * i / 288) + 10 * noise.normal(); };
  const auto found = exam(12, 14, value, 60);
  CHECK(found.loss < 0.5 * found.last_value_loss);
  CHECK(found.covered == Approx(0.95).margin(0.02));
}

TEST_CASE("horizon learner: where nothing can be foretold it is as good as the last value that knows the spread") {
  testing::Noise noise(12);
  double level = 1000;
  const auto found = exam(
      4, 20, [&](int) { return level += noise.normal(); }, 2);
  CHECK(found.loss < 1.08 * found.last_value_loss);
  CHECK(found.covered == Approx(0.95).margin(0.02));
}

TEST_CASE("horizon learner: gaps teach nothing and stop nothing") {
  testing::Noise noise(13);
  const auto value = [&](int i) {
    const double demand = 500 + 200 * std::sin(2 * std::numbers::pi * i / 288) + 10 * noise.normal();
    return i % 100 < 20 ? NAN : demand;
  };
  const auto found = exam(6, 14, value, 40);
  CHECK(found.covered == Approx(0.95).margin(0.03));
}

TEST_CASE("horizon learner: a constant series, nought, and a jump out of all proportion") {
  for (const double level : {0.0, 5.0}) {
    const auto found = exam(
        3, 4, [&](int) { return level; }, 0);
    CHECK(found.loss == Approx(0).margin(1e-6));
  }
  const auto jump = exam(
      3, 4, [](int i) { return i == 600 ? 1e12 : 5.0; }, 0);
  CHECK(std::isfinite(jump.loss));
}

TEST_CASE("horizon learner: trees gain weight by being right, and lose it by being wrong") {
  const auto spans = Spans::of(288);
  HorizonLearner learner({.steps = 1, .levels = {0.1, 0.5, 0.95, 0.99}, .planning = kUpper, .spans = spans});
  // Of two values, the next is the other one: no line says that of features that are all the same.
  Forest forest;
  forest.levels = {0.1, 0.5, 0.95, 0.99};
  Row row{};
  row[0] = 1;
  testing::Noise noise(14);
  double value = 100, next = 110;
  const auto play = [&](int steps, double shift) {
    for (int i = 0; i < steps; ++i) {
      learner.mature(value);
      next = noise.uniform() < 0.5 ? 110 : 100;
      const auto change = static_cast<float>(next - value + shift);
      forest.start.assign(4, change);
      learner.adopt({forest});
      learner.issue({row, value, value});
      value = next;
    }
  };
  CHECK(learner.weight(HorizonLearner::kTrees) == 0);
  play(3000, 0);
  CHECK(learner.weight(HorizonLearner::kTrees) > 0.9);
  CHECK(learner.quantiles()[1] == Approx(value).margin(2));
  play(3000, 300);
  CHECK(learner.weight(HorizonLearner::kTrees) == 0);
}

}  // namespace
}  // namespace forecasting
