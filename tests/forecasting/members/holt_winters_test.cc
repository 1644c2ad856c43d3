#include "forecasting/members/holt_winters.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "forecasting/members/holt_winters_bank.h"
#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

/// The textbook, straightforwardly: every state of every step is kept, in the component form of Hyndman and
/// Athanasopoulos 8.3 with γ' = γ / (1 − α), β' = β / α, so that it shares no algebra with the implementation.
double textbook(const std::vector<double>& y, const HoltWinters::Options& options, int steps) {
  const auto m = static_cast<std::size_t>(options.season_steps);
  double mean = 0;
  for (std::size_t t = 0; t < m; ++t) mean += y[t] / static_cast<double>(m);
  std::vector<double> level(y.size()), trend(y.size()), season(y.size());
  for (std::size_t t = 0; t < m; ++t) season[t] = y[t] - mean;
  level[m - 1] = mean;
  const double beta = options.beta / options.alpha, gamma = options.gamma / (1 - options.alpha);
  for (std::size_t t = m; t < y.size(); ++t) {
    const double before = level[t - 1] + trend[t - 1];
    level[t] = options.alpha * (y[t] - season[t - m]) + (1 - options.alpha) * before;
    trend[t] = beta * (level[t] - level[t - 1]) + (1 - beta) * trend[t - 1];
    season[t] = gamma * (y[t] - level[t]) + (1 - gamma) * season[t - m];
    // Component form updates the season with the new level: y − l(t) = (1 − α) e + s, hence γ'(1 − α) = γ.
  }
  const std::size_t last = y.size() - 1;
  const auto ahead = static_cast<std::size_t>(steps);
  return level[last] + steps * trend[last] + season[last - m + 1 + (ahead - 1) % m];
}

TEST_CASE("two steps of Holt-Winters by hand") {
  // Season 2, first season 8, 12: level 10, season −2, +2.
  HoltWinters model({.season_steps = 2, .alpha = 0.5, .beta = 0.1, .gamma = 0.2, .robust = false});
  model.update(8);
  CHECK(std::isnan(model.forecast(1)));
  model.update(12);
  CHECK(model.forecast(1) == Approx(8));
  CHECK(model.forecast(2) == Approx(12));
  CHECK(model.forecast(3) == Approx(8));
  model.update(10);  // e = 10 − (10 − 2) = 2: level 11, trend 0.2, season −2 + 0.4 = −1.6
  CHECK(model.level() == Approx(11));
  CHECK(model.trend() == Approx(0.2));
  CHECK(model.forecast(1) == Approx(11 + 0.2 + 2));
  CHECK(model.forecast(2) == Approx(11 + 0.4 - 1.6));
}

TEST_CASE("Holt-Winters equals the straightforward textbook recursion") {
  testing::Noise noise(7);
  const HoltWinters::Options options{.season_steps = 24, .alpha = 0.3, .beta = 0.02, .gamma = 0.15, .robust = false};
  std::vector<double> y;
  HoltWinters model(options);
  for (int t = 0; t < 24 * 12; ++t) {
    y.push_back(200 + 0.3 * t + 50 * std::sin(2 * M_PI * t / 24) + 5 * noise.normal());
    model.update(y.back());
    if (t < 24 || t % 5 != 0) continue;
    for (const int steps : {1, 2, 23, 24, 25, 60}) {
      CHECK(model.forecast(steps) == Approx(textbook(y, options, steps)).epsilon(1e-9));
    }
  }
}

TEST_CASE("a gap advances the season and nothing else") {
  HoltWinters model({.season_steps = 4, .robust = false});
  for (const double value : {10.0, 20.0, 30.0, 40.0, 10.0}) model.update(value);
  CHECK(model.forecast(1) == Approx(20));
  model.update(kGap);
  CHECK(model.forecast(1) == Approx(30));
  model.update(kGap);
  CHECK(model.forecast(1) == Approx(40));
  CHECK(model.forecast(4) == Approx(30));
}

TEST_CASE("a first season with too many gaps is collected anew, one with few is filled") {
  HoltWinters model({.season_steps = 4});
  for (const double value : {kGap, kGap, kGap, 40.0}) model.update(value);
  CHECK_FALSE(model.started());
  for (const double value : {10.0, 20.0, kGap, 30.0}) model.update(value);
  CHECK(model.started());
  CHECK(model.forecast(3) == Approx(20));  // the gap takes the value before it
}

TEST_CASE("a spike moves a robust model little, a lasting step moves it whole") {
  testing::Noise noise(3);
  const auto wave = [&](int t) { return 100 + 30 * std::sin(2 * M_PI * t / 48) + noise.normal(); };
  HoltWinters model({.season_steps = 48, .alpha = 0.3, .gamma = 0.1});
  int t = 0;
  for (; t < 480; ++t) model.update(wave(t));
  const double before = model.level();
  for (; t < 490; ++t) model.update(wave(t) + 300);
  CHECK(std::fabs(model.level() - before) < 60);  // unclipped: 300 · (1 − .7^10) = 291
  for (; t < 550; ++t) model.update(wave(t) + 300);
  CHECK(model.level() == Approx(before + 300).epsilon(0.1));
}

/// Mean |error| `steps` ahead of the bank ÷ that of one setting, on a walk that keeps `persistence` of itself, plus
/// noise.
double bank_against(const HoltWinters::Options& options, int steps, double persistence, double noise_scale) {
  testing::Noise noise(5);
  HoltWintersBank bank(24, {steps});
  HoltWinters single(options);
  double walk = 0, bank_loss = 0, single_loss = 0;
  std::vector<double> bank_ahead, single_ahead;
  for (int t = 0; t < 4000; ++t) {
    walk = persistence * walk + 2 * noise.normal();
    const double value = 1000 + walk + noise_scale * noise.normal();
    if (t > 1000) {
      bank_loss += std::fabs(value - bank_ahead[static_cast<std::size_t>(t - steps)]);
      single_loss += std::fabs(value - single_ahead[static_cast<std::size_t>(t - steps)]);
    }
    bank.update(value);
    single.update(value);
    bank_ahead.push_back(bank.forecast(0));
    single_ahead.push_back(single.forecast(steps));
  }
  return bank_loss / single_loss;
}

TEST_CASE("the bank chooses its smoothing by the loss") {
  const HoltWinters::Options fast{.season_steps = 24, .alpha = 0.7, .gamma = 0.1};
  const HoltWinters::Options middling{.season_steps = 24, .alpha = 0.1, .gamma = 0.1};
  CHECK(bank_against(fast, 20, 0, 20) < 0.8);    // white noise: a slow level
  CHECK(bank_against(middling, 1, 1, 0) < 0.8);  // a random walk: a fast one
  CHECK(bank_against(fast, 1, 1, 0) < 1.05);
}

}  // namespace
}  // namespace forecasting
