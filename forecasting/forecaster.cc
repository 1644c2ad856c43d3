#include "forecasting/forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "forecasting/choice.h"
#include "forecasting/member.h"
#include "forecasting/running_level.h"
#include "forecasting/words.h"

namespace forecasting {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Usable options: the planning level among the levels, knots and levels ascending and unique.
Options normalised(Options options) {
  options.levels.push_back(options.planning_level);
  std::sort(options.levels.begin(), options.levels.end());
  options.levels.erase(std::unique(options.levels.begin(), options.levels.end()), options.levels.end());
  std::sort(options.knots.begin(), options.knots.end());
  options.knots.erase(std::unique(options.knots.begin(), options.knots.end()), options.knots.end());
  options.knots.erase(options.knots.begin(), std::lower_bound(options.knots.begin(), options.knots.end(), 1));
  if (options.knots.empty()) options.knots = {1};
  options.season_steps = std::max(options.season_steps, 0);
  if (options.residual_window_steps <= 0) {
    options.residual_window_steps = options.season_steps > 0 ? 3 * options.season_steps : 4320;
  }
  return options;
}

}  // namespace

struct Forecaster::State {
  explicit State(Options given)
      : options(normalised(std::move(given))),
        members(make_members(options)),
        choice(options),
        level(std::max(options.season_steps, 100)) {
    if (options.season_steps > 0) yardstick.emplace(make_seasonal_yardstick(options));
  }

  void judge(double value);
  void issue(double value);
  void fill(Fan& fan, std::size_t k, Eigen::RowVectorXd& deviations) const;

  Options options;
  std::vector<Member> members;
  std::optional<Member> yardstick;  ///< plain seasonal-naive; unset without a season
  Choice choice;
  RunningLevel level;
  Counts counts;
  TimePoint newest{};  ///< of the newest observed value
  double latest = kMissing;
  int season_slot = 0;
};

/// Every member's forecast for this step, at every knot, and the records made of it.
void Forecaster::State::judge(double value) {
  for (std::size_t k = 0; k < options.knots.size(); ++k) {
    if (yardstick) yardstick->horizons[k].mature(value, season_slot);
    const double seasonal = yardstick ? yardstick->horizons[k].last_loss() : kMissing;
    for (Member& member : members) member.horizons[k].mature(value, season_slot);
    const double last_value = members.front().horizons[k].last_loss();
    for (Member& member : members) {
      const Horizon& horizon = member.horizons[k];
      member.records[k].add(horizon.last_loss(), last_value, seasonal, horizon.last_covered());
    }
  }
}

/// Models take the value; what they now forecast waits for its target. A gap issues nothing: during one the fan stays
/// that of the newest value, seen from there, with the width of the longer horizon.
void Forecaster::State::issue(double value) {
  const bool gap = std::isnan(value);
  level.update(value);
  const Conditions now{latest, level.level(), season_slot};
  const auto forecast = [&](Member& member) {
    member.point->update(value);
    for (std::size_t k = 0; k < options.knots.size(); ++k) {
      if (gap) {
        member.horizons[k].skip();
      } else {
        member.horizons[k].issue(member.point->forecast(k), now);
      }
    }
  };
  for (Member& member : members) forecast(member);
  if (yardstick) forecast(*yardstick);
}

Forecaster::Forecaster(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Forecaster::~Forecaster() = default;
Forecaster::Forecaster(Forecaster&&) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&&) noexcept = default;

void Forecaster::set_planning_horizon(Duration horizon) {
  state_->choice.set_horizon(horizon);
}

void Forecaster::update(TimePoint at, double value) {
  State& s = *state_;
  const bool usable = std::isfinite(value) && value >= 0;
  ++s.counts.steps;
  if (usable) ++s.counts.observed;
  if (!usable && !std::isnan(value)) ++s.counts.rejected;
  if (usable) {
    s.newest = at;
    s.latest = value;
  }
  s.judge(usable ? value : kMissing);
  s.issue(usable ? value : kMissing);
  s.choice.update(s.members, s.counts);
  if (s.options.season_steps > 0 && ++s.season_slot == s.options.season_steps) s.season_slot = 0;
}

/// The served quantiles at knot k, ascending and ≥ 0. A knot with too few residuals of its own borrows the deviations
/// from the point of the nearest shorter one that has enough: a lower bound of its width, where its own would be noise.
void Forecaster::State::fill(Fan& fan, std::size_t k, Eigen::RowVectorXd& deviations) const {
  const Horizon& asked = members[choice.member()].horizons[k];
  const Horizon& horizon = std::isnan(asked.point()) ? members.front().horizons[k] : asked;
  const bool calibrated = horizon.residuals() >= options.min_residuals || k == 0;
  double lower = 0;
  for (Eigen::Index q = 0; q < deviations.size(); ++q) {
    const double level_q = options.levels[static_cast<std::size_t>(q)];
    if (calibrated) deviations(q) = horizon.quantile(level_q) - horizon.point();
    lower = std::max(lower, horizon.point() + deviations(q));
    fan.values(static_cast<Eigen::Index>(k), q) = lower;
  }
}

Fan Forecaster::fan() const {
  const State& s = *state_;
  Fan fan;
  if (s.counts.observed == 0) return fan;
  fan.origin = s.newest;
  fan.latest = s.latest;
  fan.levels = s.options.levels;
  fan.values.resize(static_cast<Eigen::Index>(s.options.knots.size()), static_cast<Eigen::Index>(fan.levels.size()));
  Eigen::RowVectorXd deviations = Eigen::RowVectorXd::Zero(fan.values.cols());
  for (std::size_t k = 0; k < s.options.knots.size(); ++k) {
    fan.offsets.push_back(s.options.knots[k] * s.options.step);
    s.fill(fan, k, deviations);
  }
  return fan;
}

Summary Forecaster::summary() const {
  Summary summary = state_->choice.summary(state_->members, state_->counts);
  summary.rejected = state_->counts.rejected;
  return summary;
}

const Options& Forecaster::options() const {
  return state_->options;
}

}  // namespace forecasting
