// Judging the forecast that is due, learning the forms' residuals from it, and issuing the next forecast in every form.
// Residuals of all forms but the proportional one and the ramp are kept in units of a power of two, so that moving the
// unit is exact.
#include "forecasting/members/conformal_track.h"

#include <algorithm>
#include <cmath>

#include "forecasting/values/pinball.h"

namespace forecasting {
namespace {

constexpr int kSeasonBins = 48;
constexpr double kFormMargin = 0.98;    // a form must be 2 % better to take over
constexpr int kModifierResiduals = 50;  // before them modifiers are 1: means of few residuals mislead
constexpr double kLeastLevel = 1e-9;

}  // namespace

ConformalTrack::ConformalTrack(const Options& options)
    : options_(options),
      pending_(static_cast<std::size_t>(options.steps)),
      quantiles_(kForms, ResidualQuantiles(options.window_steps, options.level)),
      season_(options.season_steps > 0 ? kSeasonBins : 0, 0.0F) {}

void ConformalTrack::mature(double value, int season_slot) {
  const Issue& due = pending_[slot_];
  last_loss_ = std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(value) || std::isnan(due.point)) return;
  const auto upper = std::max(0.0, static_cast<double>(due.upper[due.form]));
  last_loss_ = pinball(value, upper, options_.level);
  last_covered_ = value <= upper;
  learn(due, value, season_slot);
}

/// Updates residual scales and the forms' losses, and chooses the form that serves from now on.
void ConformalTrack::learn(const Issue& due, double value, int season_slot) {
  const double residual = value - static_cast<double>(due.point);
  const double size = std::fabs(residual);
  ++residuals_;
  const double slow = std::max(1.0 / residuals_, 2.0 / std::max(options_.window_steps, 4));
  const double quick = std::max(1.0 / residuals_, 1.0 / (30.0 + options_.steps));
  steady_ += slow * (size - steady_);
  recent_ += quick * (size - recent_);
  if (!season_.empty()) {
    float& part = season_[season_bin(season_slot)];
    const double weight = 1.0 / std::max(3.0, 3.0 * options_.season_steps / kSeasonBins);
    part = static_cast<float>(part == 0 ? steady_
                                        : static_cast<double>(part) + weight * (size - static_cast<double>(part)));
  }
  fit_unit(size);
  const double forgetting = std::max(1.0 / residuals_, 1.0 / std::max(5 * options_.season_steps, 1250));
  std::size_t best = 0;
  for (std::size_t f = 0; f < kForms; ++f) {
    const double upper = std::max(0.0, static_cast<double>(due.upper[f]));
    form_loss_[f] += forgetting * (pinball(value, upper, options_.level) - form_loss_[f]);
    quantiles_[f].add(size > 0 ? residual / scale(due, f) : 0.0);
    if (form_loss_[f] < form_loss_[best]) best = f;
  }
  if (form_loss_[best] < kFormMargin * form_loss_[form_]) form_ = static_cast<Form>(best);
}

void ConformalTrack::issue(double point, const Conditions& now) {
  Issue& made = pending_[slot_];
  if (++slot_ == pending_.size()) slot_ = 0;
  made.point = static_cast<float>(point);
  if (std::isnan(point)) {
    newest_ = made;
    return;
  }
  made.form = static_cast<unsigned char>(form_);
  made.modifier = modifiers(point, now);
  for (std::size_t f = 0; f < kForms; ++f) {
    made.upper[f] = static_cast<float>(point + scale(made, f) * quantiles_[f].tracked());
  }
  newest_ = made;
}

void ConformalTrack::skip() {
  pending_[slot_].point = std::numeric_limits<float>::quiet_NaN();
  if (++slot_ == pending_.size()) slot_ = 0;
}

double ConformalTrack::quantile(double level) const {
  const auto form = newest_.form;
  const bool planning = level == options_.level;
  return static_cast<double>(newest_.point) +
         scale(newest_, form) * (planning ? quantiles_[form].tracked() : quantiles_[form].quantile(level));
}

std::array<float, ConformalTrack::kForms> ConformalTrack::modifiers(double point, const Conditions& now) const {
  const double proportional = std::max({point, 0.05 * now.level, kLeastLevel});
  if (residuals_ < kModifierResiduals || steady_ <= 0) return {1, static_cast<float>(proportional), 1, 0, 1};
  const double recent = recent_ / steady_;
  const double ramp = 0.5 * steady_ + 0.5 * std::fabs(point - now.latest);
  return {1, static_cast<float>(proportional), static_cast<float>(0.5 + 0.5 * recent), static_cast<float>(ramp),
          static_cast<float>(seasonal(now.season_slot) * (0.4 + 0.6 * recent))};
}

/// The factor of a stored residual of this form: for forms in units the unit times the modifier, for other forms the
/// modifier alone. While the modifier of a ramp is not known, the factor is the mean residual.
double ConformalTrack::scale(const Issue& issue, std::size_t form) const {
  const auto modifier = static_cast<double>(issue.modifier[form]);
  if (in_units(form)) return unit_ * modifier;
  return modifier > 0 ? modifier : steady_;
}

/// Keeps the unit within a factor of four of the mean residual, so that the bins fit the residuals; the move is exact.
void ConformalTrack::fit_unit(double size) {
  if (unit_ == 0 && size > 0) unit_ = std::exp2(std::ilogb(size));
  if (unit_ == 0 || (steady_ < 4 * unit_ && steady_ > unit_ / 4) || steady_ <= 0) return;
  const int octaves = std::ilogb(steady_ / unit_);
  unit_ *= std::exp2(octaves);
  for (std::size_t f = 0; f < kForms; ++f) {
    if (in_units(f)) quantiles_[f].rescale(octaves);
  }
}

/// Mean |residual| in the part of the season `steps` after `slot` ÷ overall mean, drawn a little to 1.
double ConformalTrack::seasonal(int slot) const {
  if (season_.empty()) return 1;
  const auto part = static_cast<double>(season_[season_bin(slot + options_.steps)]);
  return part > 0 ? 0.3 + 0.7 * part / steady_ : 1;
}

std::size_t ConformalTrack::season_bin(int slot) const {
  const int within = slot % options_.season_steps;
  return static_cast<std::size_t>(static_cast<long>(within) * kSeasonBins / options_.season_steps);
}

}  // namespace forecasting
