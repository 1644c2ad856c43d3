// The gains of the corrections, and the two updates: per level for all hours, per hour for the lowest level above the
// median (Angelopoulos, Candès and Tibshirani, NeurIPS 2023, §2.1).
#include "forecasting/learner/calibration.h"

#include <algorithm>

namespace forecasting {
namespace {

constexpr double kGain = 2;         // spreads a day, were all outcomes above
constexpr double kMostGain = 0.02;  // spreads an outcome
constexpr double kMiddle = 0.3;    // of the gain, up to the median: a skewed series' spread is no measure of its middle
constexpr double kHourGain = 0.6;  // widening a day, if all outcomes of the hour were above
constexpr double kFarGain = 0.2;   // added to kHourGain in proportion to the horizon, whole from an hour on, where an
                                   // hour's outcomes miss together
constexpr double kForgetting = 0.02;  // of an hour's widening, a day: back to the mean of all hours
constexpr double kRarer = 0.8;        // of an hour's widening, for the levels above the learned level

}  // namespace

Calibration::Calibration(const std::vector<double>& levels, std::size_t planning, const Spans& spans, int steps)
    : seasonal_(spans.seasonal),
      day_steps_(spans.day),
      a_day_(static_cast<float>(stride_of(steps)) / static_cast<float>(spans.day)),
      hour_gain_(static_cast<float>(kHourGain + kFarGain * std::min(1.0, static_cast<double>(steps) / spans.hour))) {
  const auto above = std::upper_bound(levels.begin(), levels.end(), 0.5);
  median_ = static_cast<std::uint8_t>(std::max<std::ptrdiff_t>(above - levels.begin(), 1) - 1);
  wide_ = static_cast<std::uint8_t>(planning > median_ ? planning : levels.size() - 1);
}

double Calibration::apply(std::span<double> quantiles, int slot) const {
  const double middle = quantiles[median_], spread = std::max(0.0, quantiles[wide_] - middle);
  const double widening = seasonal_ ? this->widening(slot) : 0;
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    const double share = q <= median_ ? 0 : q == median_ + 1U ? 1 : kRarer;
    const double wider = share * widening * (quantiles[q] - middle);
    quantiles[q] += static_cast<double>(common_[q]) * spread + wider;
  }
  return spread;
}

void Calibration::learn(const Outcome& outcome, std::span<const double> levels) {
  if (!(outcome.spread > 0)) return;
  // Faster at first, but a few outcomes never move the correction far.
  const auto a_day = static_cast<double>(a_day_);
  const double gain = std::max(outcome.gain * std::min(kMostGain, kGain * a_day), 1.0 / (outcome.judged + 5));
  for (std::size_t q = 0; q < levels.size(); ++q) {
    const double gradient = outcome.value > static_cast<double>(outcome.served[q]) ? levels[q] : levels[q] - 1;
    const double step = (q > median_ ? gain : kMiddle * gain) * gradient;
    common_[q] = std::clamp(common_[q] + static_cast<float>(step), -kMost, kMost);
  }
  const std::size_t upper = median_ + 1U;  // misses of higher levels are too rare to tell hours apart soon
  if (upper == levels.size()) return;
  const double gradient =
      outcome.value > static_cast<double>(outcome.served[upper]) ? levels[upper] : levels[upper] - 1;
  float& hour = hours_[hour_of(outcome.slot)];
  const double share = std::min(1.0, kHours * a_day);  // of an hour of one day
  hour += static_cast<float>(share *
                             (static_cast<double>(hour_gain_) * gradient - kForgetting * static_cast<double>(hour)));
  hour = std::clamp(hour, kLeastWider, kMostWider);
}

}  // namespace forecasting
