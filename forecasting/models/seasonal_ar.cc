#include "forecasting/models/seasonal_ar.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr double kTrust = 10;  // of a horizon's root mean square change: a larger move is an explosion

std::size_t regressor_count(const SeasonalAr::Options& options) {
  return 1 + options.lags.size() + 2 + (options.second_steps > 0 ? 2 : 0) +
         2 * static_cast<std::size_t>(options.fourier_pairs) + options.calendar.size();
}

int history_steps(const SeasonalAr::Options& options) {
  const int lags = options.lags.empty() ? 0 : *std::max_element(options.lags.begin(), options.lags.end());
  return options.knots.back() + std::max({options.season_steps, options.second_steps, lags}) + 1;
}

}  // namespace

SeasonalAr::SeasonalAr(const Options& options)
    : options_(options),
      size_(regressor_count(options)),
      values_(history_steps(options)),
      known_(options.knots.back() + 1),
      issued_(options.knots.front()),
      waves_(2 * static_cast<std::size_t>(options.season_steps)),
      room_(size_) {
  const double forgetting = 1 - std::exp2(-1 / options.half_life_steps);
  horizons_.assign(options.knots.size(), LeastSquares(size_, forgetting, options.ridge));
  for (int phase = 0; phase < options.season_steps; ++phase) {
    const double angle = 2 * M_PI * phase / options.season_steps;
    waves_[2 * static_cast<std::size_t>(phase)] = std::cos(angle);
    waves_[2 * static_cast<std::size_t>(phase) + 1] = std::sin(angle);
  }
}

void SeasonalAr::update(double value, Sample sample) {
  ++step_;
  if (unit_ == 0 && std::isfinite(value) && value != 0) unit_ = std::ldexp(1.0, std::max(-1000, std::ilogb(value)));
  if (unit_ != 0) value /= unit_;
  learn(value, sample);
  issued_.push(predict(0, room_.data()));
}

void SeasonalAr::learn(double value, Sample sample) {
  const double last = values_.ago(0), issued = issued_.ago(options_.knots.front() - 1);
  const bool bound = sample == Sample::at_least;
  if (!std::isfinite(value) || (bound && !(value > last))) {
    values_.push(last);
    known_.push(kGap);
    return;
  }
  const double cleaned = std::isnan(issued) || bound ? value : issued + errors_.clip(value - issued);
  values_.push(cleaned);
  known_.push(bound ? kGap : cleaned);
  if (bound) return;
  for (std::size_t k = 0; k < horizons_.size(); ++k) {
    const int steps = options_.knots[k];
    if (std::isnan(known_.ago(steps)) || !fill(steps, steps, room_.data())) continue;
    horizons_[k].add(room_.data(), cleaned - known_.ago(steps));
    const auto turn = static_cast<std::int64_t>(k) * options_.solve_every / static_cast<std::int64_t>(horizons_.size());
    if (step_ % options_.solve_every == turn) horizons_[k].solve();
  }
}

double SeasonalAr::forecast(std::size_t knot) const {
  std::vector<double> x(size_);
  return (unit_ == 0 ? 1 : unit_) * predict(knot, x.data());
}

double SeasonalAr::predict(std::size_t knot, double* x) const {
  const double last = values_.ago(0);
  const int steps = options_.knots[knot];
  if (!horizons_[knot].solved() || !fill(0, steps, x)) return last;
  const double move = horizons_[knot].predict(x);
  const double limit = kTrust * horizons_[knot].deviation();
  return std::isfinite(move) ? last + std::clamp(move, -limit, limit) : last;
}

/// y at the target less y at the origin, whole seasons before; 0 when unknown.
double SeasonalAr::seasonal_move(int age, int steps, int season) const {
  const int back = (steps + season - 1) / season * season;
  const double move = values_.ago(age + back - steps) - values_.ago(age + season);
  return std::isnan(move) ? 0 : move;
}

bool SeasonalAr::fill(int age, int steps, double* x) const {
  const double now = values_.ago(age);
  if (std::isnan(now)) return false;
  const auto off = [&](double other) { return std::isnan(other) ? 0 : now - other; };
  *x++ = 1;
  for (const int lag : options_.lags) *x++ = off(values_.ago(age + lag));
  for (const int season : {options_.season_steps, options_.second_steps}) {
    if (season == 0) continue;
    *x++ = seasonal_move(age, steps, season);
    *x++ = off(values_.ago(age + season));
  }
  const std::int64_t target = step_ - age + steps;
  const auto phase = static_cast<std::int64_t>(target % options_.season_steps);
  for (int pair = 1; pair <= options_.fourier_pairs; ++pair) {
    const auto at = 2 * static_cast<std::size_t>(pair * phase % options_.season_steps);
    *x++ = waves_[at];
    *x++ = waves_[at + 1];
  }
  for (const Calendar& calendar : options_.calendar) *x++ = calendar(target);
  return true;
}

}  // namespace forecasting
