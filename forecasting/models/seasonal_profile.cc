#include "forecasting/models/seasonal_profile.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

constexpr double kPrior = 20;  // steps' worth of belief: that gaps persist, and in an even blend

int capacity(const SeasonalProfile::Options& options) {
  return std::max(options.season_steps, options.second_steps) + 1;
}

/// Age, as of now, of the newest value a whole number of seasons before the step `steps` ahead.
int age(int steps, int season_steps) {
  return (steps + season_steps - 1) / season_steps * season_steps - steps;
}

}  // namespace

SeasonalProfile::SeasonalProfile(const Options& options)
    : options_(options),
      forgetting_(1.0 / std::max(5 * options.season_steps, 500)),
      values_(capacity(options)),
      gaps_(options.knots.back() + 1),
      persistence_(options.knots.size()) {}

void SeasonalProfile::update(double value, Sample sample) {
  const double expected = base(1);
  const bool bound = sample == Sample::at_least;
  if (!std::isfinite(value) || (bound && std::isnan(expected))) {
    values_.push(std::numeric_limits<double>::quiet_NaN());
    gaps_.push(std::numeric_limits<double>::quiet_NaN());
    return;
  }
  double cleaned = value;
  if (bound) {
    // Expected with the correction: the bound says nothing when it is below that.
    cleaned = std::max(value, expected + gap_);
  } else if (!std::isnan(expected)) {
    cleaned = expected + gap_ + spikes_.clip(value - expected - gap_);
    learn(cleaned, expected);
  }
  level_.update(cleaned);
  values_.push(cleaned);
  gaps_.push(bound ? std::numeric_limits<double>::quiet_NaN() : cleaned - expected);
  if (!std::isnan(expected)) gap_ = cleaned - expected;
}

double SeasonalProfile::forecast(std::size_t knot) const {
  const double expected = base(options_.knots[knot]);
  if (std::isnan(expected)) return level_.forecast();
  return expected + persistence(knot) * gap_;
}

double SeasonalProfile::persistence(std::size_t knot) const {
  const Regression& r = persistence_[knot];
  const double prior = kPrior * forgetting_ * spikes_.sigma() * spikes_.sigma();
  return r.square + prior > 0 ? std::clamp((r.cross + prior) / (r.square + prior), 0.0, 1.0) : 0;
}

/// The blend `steps` ahead; NaN when neither season was seen there.
double SeasonalProfile::base(int steps) const {
  const double day = values_.ago(age(steps, options_.season_steps));
  if (options_.second_steps == 0) return day;
  const double week = values_.ago(age(steps, options_.second_steps));
  if (std::isnan(day)) return week;
  return std::isnan(week) ? day : blend_ * day + (1 - blend_) * week;
}

/// Moves λ and every ρ by what has just been seen, in `gaps_` not yet.
void SeasonalProfile::learn(double value, double expected) {
  const double day = values_.ago(options_.season_steps - 1);
  const double week = options_.second_steps > 0 ? values_.ago(options_.second_steps - 1) : day;
  const double apart = day - week;
  if (options_.second_steps > 0 && !std::isnan(apart)) {
    blending_.cross += forgetting_ * ((value - week) * apart - blending_.cross);
    blending_.square += forgetting_ * (apart * apart - blending_.square);
    const double prior = kPrior * forgetting_ * spikes_.sigma() * spikes_.sigma();
    const double square = blending_.square + prior;
    if (square > 0) blend_ = std::clamp((blending_.cross + 0.5 * prior) / square, 0.0, 1.0);
  }
  const double now = value - expected;
  for (std::size_t k = 0; k < options_.knots.size(); ++k) {
    const double before = gaps_.ago(options_.knots[k] - 1);
    if (std::isnan(before)) continue;
    persistence_[k].cross += forgetting_ * (before * now - persistence_[k].cross);
    persistence_[k].square += forgetting_ * (before * before - persistence_[k].square);
  }
}

}  // namespace forecasting
