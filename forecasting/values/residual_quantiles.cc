// The histogram's arithmetic. A bin is read off a float's exponent and three leading bits of its mantissa, so no
// logarithm is computed; the followed quantile mostly stays in its bin, so a step costs some nanoseconds.
#include "forecasting/values/residual_quantiles.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace forecasting {
namespace {

constexpr double kFadeAt = 1 << 20;  // rescale before float weights lose their small ones

}  // namespace

ResidualQuantiles::ResidualQuantiles(int window_steps, double level)
    : growth_(1.0 / (1.0 - 2.0 / std::max(window_steps, 4))), level_(level) {}

/// The exponent and the three leading bits of the mantissa number the bin: a logarithm without computing one.
std::size_t ResidualQuantiles::bin_of(double residual) {
  constexpr int kBase = (127 + kSmallest) * 8;
  const auto bits = std::bit_cast<std::uint32_t>(std::fabs(static_cast<float>(residual)));
  const int steps = static_cast<int>(bits >> 20) - kBase;
  if (steps < 0) return kSide;
  const auto offset = 1 + std::min(static_cast<std::size_t>(steps), kSide - 1);
  return residual > 0 ? kSide + offset : kSide - offset;
}

double ResidualQuantiles::edge(std::size_t steps) {
  const int octave = static_cast<int>(steps / 8);
  return std::ldexp(1.0 + static_cast<double>(steps % 8) / 8.0, octave + kSmallest);
}

void ResidualQuantiles::add(double residual) {
  const std::size_t bin = bin_of(residual);
  const auto weight = static_cast<float>(next_weight_);
  weight_[bin] += weight;
  total_ += static_cast<double>(weight);
  if (bin < bin_) below_ += static_cast<double>(weight);
  next_weight_ *= growth_;
  if (next_weight_ > kFadeAt) fade();
  follow();
}

double ResidualQuantiles::tracked() const {
  return within(bin_, below_, level_ * (total_ + next_weight_));
}

double ResidualQuantiles::quantile(double level) const {
  const double target = level * (total_ + next_weight_);
  double below = 0;
  std::size_t last = kSide;
  double below_last = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const auto weight = static_cast<double>(weight_[bin]);
    if (weight <= 0) continue;
    last = bin;
    below_last = below;
    if (below + weight >= target) break;
    below += weight;
  }
  return within(last, below_last, target);
}

/// Linear within a bin. Beyond all residuals (the new one is above them): the upper edge of the last.
double ResidualQuantiles::within(std::size_t bin, double below, double target) const {
  const auto weight = static_cast<double>(weight_[bin]);
  if (bin == kSide || weight <= 0) return 0;
  const double share = std::clamp((target - below) / weight, 0.0, 1.0);
  if (bin > kSide) {
    const double low = edge(bin - kSide - 1);
    return low + share * (edge(bin - kSide) - low);
  }
  const double low = -edge(kSide - bin);
  return low + share * (-edge(kSide - bin - 1) - low);
}

void ResidualQuantiles::fade() {
  const auto scale = static_cast<float>(1.0 / next_weight_);
  for (float& weight : weight_) weight *= scale;
  next_weight_ = 1;
  sum_up();
}

void ResidualQuantiles::rescale(int octaves) {
  octaves = std::clamp(octaves, -kOctaves, kOctaves);  // beyond it all are at an end
  std::array<float, kBins> moved{};
  moved[kSide] = weight_[kSide];
  for (int steps = 1; steps <= static_cast<int>(kSide); ++steps) {
    const auto to = static_cast<std::size_t>(std::clamp(steps - 8 * octaves, 0, static_cast<int>(kSide)));
    const auto from = static_cast<std::size_t>(steps);
    moved[kSide + to] += weight_[kSide + from];
    moved[kSide - to] += weight_[kSide - from];
  }
  weight_ = moved;
  sum_up();
  follow();
}

/// The sums afresh: also sheds what rounding has gathered in them.
void ResidualQuantiles::sum_up() {
  total_ = 0;
  below_ = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (bin < bin_) below_ += static_cast<double>(weight_[bin]);
    total_ += static_cast<double>(weight_[bin]);
  }
}

/// Moves to the bin where the cumulated weight passes the level: mostly no step at all.
void ResidualQuantiles::follow() {
  const double target = level_ * (total_ + next_weight_);
  while (bin_ > 0 && below_ >= target) below_ -= static_cast<double>(weight_[--bin_]);
  double covered = below_ + static_cast<double>(weight_[bin_]);
  std::size_t ahead = bin_;
  while (covered < target && ++ahead < kBins) {
    if (weight_[ahead] <= 0) continue;
    below_ = covered;
    bin_ = ahead;
    covered += static_cast<double>(weight_[ahead]);
  }
}

}  // namespace forecasting
