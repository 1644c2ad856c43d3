// Following the coverage of window maxima: a margin rises by its level's share after a miss and falls after a hit, in
// units of the forecast's spread. A window with a missing value judges nothing, since the largest value may be missing.
#include "forecasting/learner/window_margins.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace forecasting {
namespace {

constexpr double kGain = 8;     // spreads a day, where all windows were above
constexpr double kFirst = 0.7;  // of a spread: the mean error of a normal variable's P95
constexpr double kMostGain = 0.08;

}  // namespace

WindowMargins::WindowMargins(int steps, int window, std::vector<double> levels, int day_steps)
    : steps_(steps),
      window_(window),
      stride_(stride_of(steps + window)),
      day_steps_(day_steps),
      levels_(std::move(levels)),
      pending_(static_cast<std::size_t>((steps + window) / stride_ + 1)) {
  if (levels_.size() > kMostLevels) levels_.resize(kMostLevels);
}

void WindowMargins::mature(const Archive& archive) {
  const long origin = now_ - steps_ - window_;
  if (origin < 0 || origin % stride_ != 0) return;
  const Pending& due = pending_[static_cast<std::size_t>(origin / stride_) % pending_.size()];
  if (due.spread <= 0) return;
  double most = 0;
  for (int age = 0; age <= window_; ++age) {
    const double value = archive.ago(age);
    if (std::isnan(value)) return;  // the missing value may be the largest
    most = std::max(most, value);
  }
  ++judged_;
  const double share = std::max(std::min(kMostGain, kGain * stride_ / day_steps_), kFirst / (judged_ + 10));
  for (std::size_t q = 0; q < levels_.size(); ++q) {
    const bool above = most > static_cast<double>(due.bases[q]);
    margins_[q] += share * (above ? levels_[q] : levels_[q] - 1);
  }
}

void WindowMargins::issue(std::span<const double> bases, double spread) {
  const long now = now_++;
  if (now % stride_ != 0) return;
  Pending& pending = pending_[static_cast<std::size_t>(now / stride_) % pending_.size()];
  pending.spread = !(spread > 0) ? 0.0F : static_cast<float>(spread);
  for (std::size_t q = 0; q < std::min(levels_.size(), bases.size()); ++q) {
    pending.bases[q] = static_cast<float>(bases[q] + margins_[q] * spread);
  }
}

std::size_t WindowMargins::bytes() const {
  return sizeof(*this) + pending_.size() * sizeof(Pending) + levels_.size() * sizeof(double);
}

}  // namespace forecasting
