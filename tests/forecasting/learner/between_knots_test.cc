// What bends a line between knots: a rhythm that the knots follow, and nothing else; whole fans of a rhythm with spikes
// between their knots.
#include "forecasting/learner/between_knots.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "forecasting/learner/learned_fan.h"
#include "forecasting/values/pinball.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

using std::chrono::minutes;

/// Learned from `steps` of three bends, of which `real` parts are followed.
BetweenKnots learned(const Rhythm& real, double noise_size, int steps = 2000) {
  testing::Noise noise(31);
  BetweenKnots between;
  for (int i = 0; i < steps; ++i) {
    const Rhythm bend{noise.normal(), 3 * noise.normal(), 0.5 * noise.normal()};
    between.forget(1 - 1.0 / 1440);
    between.learn(bend, real[0] * bend[0] + real[1] * bend[1] + real[2] * bend[2] + noise_size * noise.normal());
  }
  between.solve();
  return between;
}

TEST_CASE("between knots: what knots follow bends the line, what they do not follow leaves it") {
  const BetweenKnots followed = learned({1, 0.5, 0}, 0.1);
  CHECK(followed.off_line({1, 0, 0}) == Approx(1).margin(0.1));
  CHECK(followed.off_line({0, 10, 0}) == Approx(5).margin(0.5));
  CHECK(followed.off_line({0, 0, 10}) == Approx(0).margin(0.5));
  const BetweenKnots chance = learned({0, 0, 0}, 5);
  CHECK(std::fabs(chance.off_line({1, 1, 1})) < 0.5);
}

TEST_CASE("between knots: two rhythms that say the same share what is followed") {
  BetweenKnots between;
  for (int i = 1; i < 50; ++i) between.learn({1.0 * i, 1.0 * i, 0}, 1.0 * i);
  between.solve();
  CHECK(between.off_line({2, 2, 0}) == Approx(2).epsilon(0.05));
  CHECK(between.off_line({2, 0, 0}) == Approx(1).epsilon(0.05));
}

TEST_CASE("between knots: the unknown and the absurd teach nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), huge = std::numeric_limits<double>::infinity();
  BetweenKnots between = learned({1, 0, 0}, 0.1);
  const double before = between.off_line({1, 0, 0});
  between.learn({nan, nan, nan}, 5), between.learn({1, 1, 1}, huge), between.learn({1, huge, 1}, 1);
  between.solve();
  CHECK(between.off_line({1, 0, 0}) == before);
  CHECK(between.off_line({nan, nan, nan}) == 0);
  BetweenKnots nothing;
  nothing.solve();
  CHECK(nothing.off_line({1e30, 1e30, 1e30}) == 0);
  between.learn({1e-30, 0, 0}, 1e30);
  between.solve();
  CHECK(std::fabs(between.off_line({1, 0, 0})) <= 1.5);  // a weight is never far from a share
}

/// A job in minute 35 of every hour, on a day's wave.
double demand(int t, testing::Noise& noise) {
  return 500 + 200 * std::sin(2 * M_PI * t / 1440) + (t % 60 == 35 ? 400 : 0) + 10 * noise.normal();
}

TEST_CASE("between knots: a job whose minute lies between two knots is foretold", "[weeks]") {
  const int lead = GENERATE(8, 15, 33, 45), steps = 4 * 1440, judged_from = 3 * 1440;
  testing::Noise noise(32);
  LearnedFan engine({.levels = {0.5, 0.95}, .planning = 1});
  std::vector<double> said(static_cast<std::size_t>(steps + lead), std::numeric_limits<double>::quiet_NaN());
  double loss = 0, covered = 0;
  for (int t = 0; t < steps; ++t) {
    const double value = demand(t, noise), upper = said[static_cast<std::size_t>(t)];
    engine.update(TimePoint{minutes(t)}, value);
    const TimePoint target{minutes(t + lead)};
    said[static_cast<std::size_t>(t + lead)] = engine.fan().value(target, 0.95);
    if (t < judged_from) continue;
    covered += value <= upper ? 1 : 0, loss += pinball(value, upper, 0.95);
  }
  const int judged = steps - judged_from;
  CAPTURE(lead, covered / judged);
  CHECK(covered / judged > 0.88);
  CHECK(loss / judged < 7);  // straight lines: 7.4 to 7.7
}

}  // namespace
}  // namespace forecasting
