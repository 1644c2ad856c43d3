#include "forecasting/models/seasonal_smoother.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

constexpr double kLargestFall = 0.9;  // of the expected value, in one multiplicative step
constexpr double kLargestRise = 9;
constexpr double kFloor = 1e-3;      // of the starting level
constexpr double kFactorMin = 0.01;  // of a starting season, relative to its mean

}  // namespace

SeasonalSmoother::SeasonalSmoother(const Options& options) : options_(options) {
  first_.reserve(static_cast<std::size_t>(std::max(options.form.season_steps, 1)));
}

SeasonalSmoother::SeasonalSmoother(const Options& options, const SmoothingStart<double>& start)
    : options_(options),
      filter_(options.form, options.smoothing, start),
      floor_(kFloor * start.level),
      started_(true) {}

void SeasonalSmoother::update(double value, Sample sample) {
  if (!started_) return collect(value);
  const bool multiplicative = options_.form.season == Season::multiplicative;
  if (multiplicative && value < floor_) value = floor_;
  const double expected = filter_.expected(), error = value - expected;
  const bool bound = sample == Sample::at_least;
  if (!std::isfinite(error) || (bound && error <= 0)) return filter_.gap();
  double step = options_.robust && !bound ? winsoriser_.clip(error) : error;
  if (multiplicative) {
    // A state that a trend has turned negative can divide nothing.
    if (!(expected > 0)) return filter_.gap();
    step = std::clamp(step, -kLargestFall * expected, kLargestRise * expected);
  }
  filter_.correct(step);
}

double SeasonalSmoother::forecast(int steps) const {
  return started_ ? filter_.forecast(steps) : std::numeric_limits<double>::quiet_NaN();
}

void SeasonalSmoother::collect(double value) {
  first_.push_back(std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
  if (first_.size() < static_cast<std::size_t>(options_.form.season_steps)) return;
  double sum = 0;
  std::size_t observed = 0;
  for (const double v : first_) {
    if (std::isnan(v)) continue;
    sum += v / static_cast<double>(first_.size());
    ++observed;
  }
  const bool multiplicative = options_.form.season == Season::multiplicative;
  if (observed == 0 || 2 * observed < first_.size() || (multiplicative && !(sum > 0))) return first_.clear();
  const double mean = sum * (static_cast<double>(first_.size()) / static_cast<double>(observed));
  SmoothingStart<double> start;
  start.level = mean;
  if (options_.form.season != Season::none) {
    double carried = multiplicative ? 1 : 0;  // a gap takes the seasonal before it
    for (const double v : first_) {
      if (!std::isnan(v)) carried = multiplicative ? std::max(v / mean, kFactorMin) : v - mean;
      start.season.push_back(carried);
    }
    start.second.assign(static_cast<std::size_t>(options_.form.second_steps), multiplicative ? 1 : 0);
  }
  filter_ = SmoothingFilter<double>(options_.form, options_.smoothing, start);
  floor_ = kFloor * mean;
  first_ = {};
  started_ = true;
}

}  // namespace forecasting
