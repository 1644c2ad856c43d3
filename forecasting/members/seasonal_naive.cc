// Yesterday's value, corrected by today's gap to it as far as gaps have persisted. Remembered values are cleaned
// against the profile of all days, so that an incident is not forecast again a day later.
#include "forecasting/members/seasonal_naive.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

constexpr double kProfileWeight = 0.4;    // of a new day in the profile
constexpr double kLevelGapWeight = 0.05;  // of a new step in the level gap
constexpr double kPrior = 20;             // steps' worth of belief that a gap persists, before there is evidence

int seasons_back(int steps, int season_steps) {
  return (steps + season_steps - 1) / season_steps;
}

}  // namespace

SeasonalNaive::SeasonalNaive(int season_steps, const std::vector<int>& knots, bool corrected)
    : season_steps_(season_steps),
      knots_(knots),
      corrected_(corrected),
      forgetting_(1.0 / std::max(5 * season_steps, 500)),
      cleaned_((seasons_back(knots.back(), season_steps) + 1) * season_steps + 1),
      gaps_(knots.back() + 1),
      profile_(static_cast<std::size_t>(season_steps), std::numeric_limits<double>::quiet_NaN()),
      corrections_(knots.size()) {}

void SeasonalNaive::update(double value) {
  const double expected = base(1);
  const bool gap = std::isnan(value);
  const double cleaned = gap ? value : clean(value);
  cleaned_.push(cleaned);
  next_ = next_ + 1 == profile_.size() ? 0 : next_ + 1;
  const double deviation = value - expected;
  const double now = std::isnan(deviation) ? deviation : shocks_.clip(deviation);
  gaps_.push(now);
  if (gap) return;
  gap_now_ = std::isnan(deviation) ? 0 : deviation;
  if (std::isnan(now)) return;
  for (std::size_t k = 0; k < knots_.size(); ++k) {
    const double before = gaps_.ago(knots_[k]);
    if (std::isnan(before)) continue;
    Correction& c = corrections_[k];
    c.cross += forgetting_ * (before * now - c.cross);
    c.square += forgetting_ * (before * before - c.square);
  }
}

double SeasonalNaive::forecast(std::size_t knot) const {
  const double expected = base(knots_[knot]);
  if (!corrected_) return expected;
  const Correction& c = corrections_[knot];
  const double prior = kPrior * forgetting_ * spikes_.sigma() * spikes_.sigma();
  const double square = c.square + prior;
  const double rho = square > 0 ? std::clamp((c.cross + prior) / square, 0.0, 1.0) : 0.0;
  return expected + rho * gap_now_;
}

/// The season's value `steps` ahead: yesterday's, two days ago's or the profile's; NaN when that step was never seen.
double SeasonalNaive::base(int steps) const {
  const int back = seasons_back(steps, season_steps_) * season_steps_ - steps;
  const double yesterday = cleaned_.ago(back);
  if (!std::isnan(yesterday)) return yesterday;
  const double before = cleaned_.ago(back + season_steps_);
  if (!std::isnan(before)) return before;
  return profile_[(next_ + static_cast<std::size_t>(steps - 1)) % profile_.size()];
}

/// The value to remember: within the winsoriser's limit of profile + level gap. Moves both.
double SeasonalNaive::clean(double value) {
  double& profile = profile_[next_];
  if (std::isnan(profile)) return profile = value;
  const double surprise = spikes_.clip(value - profile - level_gap_);
  const double cleaned = std::max(0.0, profile + level_gap_ + surprise);
  level_gap_ += kLevelGapWeight * surprise;
  profile += kProfileWeight * (cleaned - profile);
  return cleaned;
}

}  // namespace forecasting
