// One step of the ladder: the new value judges the members, updates them, and lets them issue their next forecasts; the
// serving member's quantiles become the fan. A knot without enough residuals borrows the width of the nearest shorter
// knot.
#include "forecasting/engine/ladder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Ladder::Ladder(const Options& options)
    : options_(options),
      members_(make_members(options)),
      choice_(options),
      level_(std::max(options.season_steps, 100)),
      latest_(kMissing) {
  if (options.season_steps > 0) yardstick_.emplace(make_seasonal_yardstick(options));
}

void Ladder::update(TimePoint at, double value, Observed observed, const Counts& counts, const Scenarios* /*parts*/) {
  if (observed == Observed::AtLeast && !(value > latest_)) value = kMissing;
  if (!std::isnan(value)) newest_ = at, latest_ = value;
  judge(value);
  issue(value);
  choice_.update(members_, counts);
  if (options_.season_steps > 0 && ++season_slot_ == options_.season_steps) season_slot_ = 0;
}

/// Judges every member's forecast for this step, at every knot, and updates the records.
void Ladder::judge(double value) {
  for (std::size_t k = 0; k < options_.knots.size(); ++k) {
    if (yardstick_) yardstick_->tracks[k].mature(value, season_slot_);
    const double seasonal = yardstick_ ? yardstick_->tracks[k].last_loss() : kMissing;
    for (Member& member : members_) member.tracks[k].mature(value, season_slot_);
    const double last_value = members_.front().tracks[k].last_loss();
    for (Member& member : members_) {
      const ConformalTrack& track = member.tracks[k];
      member.records[k].add(track.last_loss(), last_value, seasonal, track.last_covered());
    }
  }
}

/// Models take the value; their new forecasts wait for their targets. A gap issues nothing: the fan stays the newest
/// value's fan, seen from there, with the width of the longer horizon.
void Ladder::issue(double value) {
  const bool gap = std::isnan(value);
  level_.update(value);
  const Conditions now{latest_, level_.level(), season_slot_};
  const auto forecast = [&](Member& member) {
    member.point->update(value);
    for (std::size_t k = 0; k < options_.knots.size(); ++k) {
      if (gap) {
        member.tracks[k].skip();
      } else {
        member.tracks[k].issue(member.point->forecast(k), now);
      }
    }
  };
  for (Member& member : members_) forecast(member);
  if (yardstick_) forecast(*yardstick_);
}

/// The served quantiles at knot k, ascending and ≥ 0. A knot with too few residuals of its own borrows the deviations
/// from the point of the nearest shorter knot with enough. The borrowed width is a lower bound; the knot's own width
/// would be noise.
void Ladder::fill(Fan& fan, std::size_t k, std::vector<double>& deviations) const {
  const ConformalTrack& asked = members_[choice_.member()].tracks[k];
  const ConformalTrack& track = std::isnan(asked.point()) ? members_.front().tracks[k] : asked;
  const bool calibrated = track.residuals() >= options_.min_residuals || k == 0;
  double lower = 0;
  for (std::size_t q = 0; q < deviations.size(); ++q) {
    if (calibrated) deviations[q] = track.quantile(options_.levels[q]) - track.point();
    lower = std::max(lower, track.point() + deviations[q]);
    fan.values(k, q) = lower;
  }
}

Fan Ladder::fan() const {
  Fan fan;
  if (std::isnan(latest_)) return fan;
  fan.origin = newest_;
  fan.latest = latest_;
  fan.levels = options_.levels;
  fan.values = Matrix(options_.knots.size(), fan.levels.size());
  std::vector<double> deviations(fan.levels.size());
  for (std::size_t k = 0; k < options_.knots.size(); ++k) {
    fan.offsets.push_back(options_.knots[k] * options_.step);
    fill(fan, k, deviations);
  }
  return fan;
}

}  // namespace forecasting
