#include "forecasting/horizon.h"

#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr int kSeasonBins = 48;
constexpr double kFormMargin = 0.98;  // a form must be 2 % better to take over
constexpr int kScaleResiduals = 50;   // before them a scale is not known
constexpr double kLeastScale = 1e-9;

double pinball(double value, double quantile, double level) {
  const double error = value - quantile;
  return error >= 0 ? level * error : (level - 1) * error;
}

}  // namespace

Horizon::Horizon(const Options& options)
    : options_(options),
      pending_(static_cast<std::size_t>(options.steps)),
      quantiles_(kForms, ResidualQuantiles(options.window_steps, options.level)),
      season_(options.season_steps > 0 ? kSeasonBins : 0, 0.0F) {}

void Horizon::mature(double value, int season_slot) {
  const Issue& due = pending_[slot_];
  last_loss_ = std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(value) || std::isnan(due.point)) return;
  const auto upper = std::max(0.0, static_cast<double>(due.upper[due.form]));
  last_loss_ = pinball(value, upper, options_.level);
  last_covered_ = value <= upper;
  learn(due, value, season_slot);
}

/// Residual scales, the forms' losses and the form that serves from now on.
void Horizon::learn(const Issue& due, double value, int season_slot) {
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
    part = static_cast<float>(part == 0 ? steady_ : static_cast<double>(part) + weight * (size - static_cast<double>(part)));
  }
  const double forgetting = std::max(1.0 / residuals_, 1.0 / std::max(5 * options_.season_steps, 1250));
  std::size_t best = 0;
  for (std::size_t f = 0; f < kForms; ++f) {
    const double upper = std::max(0.0, static_cast<double>(due.upper[f]));
    form_loss_[f] += forgetting * (pinball(value, upper, options_.level) - form_loss_[f]);
    // A residual from before its scale was known is taken in units of the mean that includes it: never a huge outlier.
    const auto scale = static_cast<double>(due.scale[f]);
    quantiles_[f].add(residual / (scale > 0 ? scale : std::max(steady_, kLeastScale)));
    if (form_loss_[f] < form_loss_[best]) best = f;
  }
  if (form_loss_[best] < kFormMargin * form_loss_[form_]) form_ = static_cast<Form>(best);
}

void Horizon::issue(double point, const Conditions& now) {
  Issue& made = pending_[slot_];
  if (++slot_ == pending_.size()) slot_ = 0;
  made.point = static_cast<float>(point);
  if (std::isnan(point)) {
    newest_ = made;
    return;
  }
  made.form = static_cast<unsigned char>(form_);
  made.scale = scales(point, now);
  newest_ = made;
  for (std::size_t f = 0; f < kForms; ++f) {
    made.upper[f] = static_cast<float>(point + static_cast<double>(made.scale[f]) * quantiles_[f].tracked());
    if (residuals_ < kScaleResiduals && f != kProportional) made.scale[f] = 0;
  }
}

void Horizon::skip() {
  pending_[slot_].point = std::numeric_limits<float>::quiet_NaN();
  if (++slot_ == pending_.size()) slot_ = 0;
}

double Horizon::quantile(double level) const {
  const auto form = newest_.form;
  const auto scale = static_cast<double>(newest_.scale[form]);
  const bool planning = level == options_.level;
  return static_cast<double>(newest_.point) +
         scale * (planning ? quantiles_[form].tracked() : quantiles_[form].quantile(level));
}

std::array<float, Horizon::kForms> Horizon::scales(double point, const Conditions& now) const {
  const double floor = std::max(1e-6 * now.level, kLeastScale);
  const double ramp = std::fabs(point - now.latest);
  double season = steady_;
  if (!season_.empty()) {
    const float part = season_[season_bin(now.season_slot + options_.steps)];
    if (part > 0) season = 0.3 * steady_ + 0.7 * static_cast<double>(part);
  }
  const std::array<double, kForms> raw{steady_, std::max(point, 0.05 * now.level), 0.5 * steady_ + 0.5 * recent_,
                                       0.5 * steady_ + 0.5 * ramp, season};
  std::array<float, kForms> scales{};
  for (std::size_t f = 0; f < kForms; ++f) scales[f] = static_cast<float>(std::max(raw[f], floor));
  return scales;
}

std::size_t Horizon::season_bin(int slot) const {
  const int within = slot % options_.season_steps;
  return static_cast<std::size_t>(static_cast<long>(within) * kSeasonBins / options_.season_steps);
}

}  // namespace forecasting
