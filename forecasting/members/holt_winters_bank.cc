// Ten settings side by side, from nearly a fixed profile to nearly the last value. Each knot follows the setting with
// the least forgotten error there, and changes to another only for two percent.
#include "forecasting/members/holt_winters_bank.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

struct Smoothing {
  double alpha, beta, gamma;
};

// From nearly a fixed profile to nearly the last value with yesterday's shape; two with a slow trend.
constexpr std::array<Smoothing, 10> kSettings{{{0.02, 0, 0.1},
                                               {0.02, 0, 0.3},
                                               {0.1, 0, 0.1},
                                               {0.1, 0, 0.3},
                                               {0.3, 0, 0.1},
                                               {0.3, 0, 0.3},
                                               {0.7, 0, 0.1},
                                               {0.7, 0, 0.25},
                                               {0.1, 0.002, 0.2},
                                               {0.3, 0.02, 0.2}}};
constexpr double kMargin = 0.98;  // a filter must be 2 % better to take over

}  // namespace

HoltWintersBank::HoltWintersBank(int season_steps, const std::vector<int>& knots)
    : forgetting_(1.0 / std::max(2 * season_steps, 100)) {
  for (const Smoothing& s : kSettings) {
    filters_.emplace_back(
        HoltWinters::Options{.season_steps = season_steps, .alpha = s.alpha, .beta = s.beta, .gamma = s.gamma});
  }
  for (const int steps : knots) {
    Track& track = tracks_.emplace_back();
    track.steps = steps;
    track.pending.assign(static_cast<std::size_t>(steps) * kSettings.size(), std::numeric_limits<float>::quiet_NaN());
    track.loss.assign(kSettings.size(), 0);
    track.best = 2;
  }
}

void HoltWintersBank::update(double value) {
  const bool gap = std::isnan(value);
  if (!gap) {
    for (Track& track : tracks_) judge(track, value);
  }
  for (HoltWinters& filter : filters_) filter.update(value);
  for (Track& track : tracks_) {
    float* issued = &track.pending[track.slot * filters_.size()];
    for (std::size_t i = 0; i < filters_.size(); ++i) {
      issued[i] = gap ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(filters_[i].forecast(track.steps));
    }
    if (++track.slot == static_cast<std::size_t>(track.steps)) track.slot = 0;
  }
}

double HoltWintersBank::forecast(std::size_t knot) const {
  const Track& track = tracks_[knot];
  return filters_[track.best].forecast(track.steps);
}

void HoltWintersBank::judge(Track& track, double value) const {
  const float* issued = &track.pending[track.slot * filters_.size()];
  if (std::isnan(issued[0])) return;
  std::size_t best = 0;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    track.loss[i] += forgetting_ * (std::fabs(value - static_cast<double>(issued[i])) - track.loss[i]);
    if (track.loss[i] < track.loss[best]) best = i;
  }
  if (track.loss[best] < kMargin * track.loss[track.best]) track.best = best;
}

}  // namespace forecasting
