// The online Newton step: rows wait in a byte an entry until their outcome comes, then the metric gives the direction
// and every level moves along its own gradient (Hazan, Agarwal and Kale, Machine Learning 69, 2007). Forecasts stay
// within reach of the changes seen so far.
#include "forecasting/learner/newton_quantiles.h"

#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr float kClip = 4;       // features in root mean squares
constexpr float kRowCode = 127;  // codes a clip: rows wait in a byte an entry
constexpr double kReach = 1.2;   // forecasts go at most this far beyond the seen changes
constexpr double kForgetReach = 1e-4;

}  // namespace

NewtonQuantiles::NewtonQuantiles(Options options)
    : options_(std::move(options)),
      stride_(stride_of(options_.steps)),
      pending_(static_cast<std::size_t>(options_.steps / stride_ + 1)),
      weights_(options_.levels.size()) {}

Scaled NewtonQuantiles::scaled(const Row& row, double unit) const {
  Scaled scaled{};
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const float value = i == 0 ? row[i] : row[i] / static_cast<float>(unit);
    scaled[i] = square_[i] > 0 ? std::clamp(value / std::sqrt(square_[i]), -kClip, kClip) : 0.0F;
  }
  return scaled;
}

NewtonQuantiles::Pending* NewtonQuantiles::take_slot() {
  const long now = now_++;
  return now % stride_ == 0 ? &pending_[static_cast<std::size_t>(now / stride_) % pending_.size()] : nullptr;
}

void NewtonQuantiles::skip() {
  if (Pending* const pending = take_slot()) pending->unit = 0;
}

void NewtonQuantiles::issue(const Row& row, double latest, double level) {
  Pending* const pending = take_slot();
  if (!pending) return;
  const double unit = unit_of(level);
  pending->unit = unit > 0 ? static_cast<float>(unit) : 0.0F;
  if (pending->unit <= 0) return;
  squares_ = std::min(squares_ + 1, options_.half_life_steps);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const float value = i == 0 ? row[i] : row[i] / static_cast<float>(unit);
    square_[i] += (value * value - square_[i]) / static_cast<float>(squares_);
  }
  const Scaled known = scaled(row, unit);
  for (std::size_t i = 0; i < kFeatures; ++i)
    pending->row[i] = static_cast<std::int8_t>(std::lround(known[i] / kClip * kRowCode));
  pending->latest = static_cast<float>(latest);
}

void NewtonQuantiles::mature(double value) {
  const long origin = now_ - options_.steps;
  if (origin < 0 || origin % stride_ != 0 || std::isnan(value)) return;
  const Pending& due = pending_[static_cast<std::size_t>(origin / stride_) % pending_.size()];
  if (due.unit <= 0) return;
  Scaled row;
  for (std::size_t i = 0; i < kFeatures; ++i) row[i] = static_cast<float>(due.row[i]) * (kClip / kRowCode);
  learn(row, (value - static_cast<double>(due.latest)) / static_cast<double>(due.unit));
}

void NewtonQuantiles::learn(const Scaled& row, double change) {
  ++learned_;
  const double keep = std::min(std::pow(0.5, static_cast<double>(stride_) / options_.half_life_steps),
                               1 - 1.0 / (learned_ / 3.0 + 10));  // faster at first
  metric_.add(row, keep);
  size_ = keep * size_ + std::fabs(change), weight_ = keep * weight_ + 1;
  most_ = std::max(most_ * (1 - kForgetReach), change), least_ = std::min(least_ * (1 - kForgetReach), change);
  const int every = std::max(1, options_.refactor_steps / stride_);
  if (learned_ % every == 0 || (learned_ < 200 && learned_ % 5 == 0)) metric_.invert(options_.ridge);
  if (!metric_.inverted()) return;
  Scaled direction;
  const double length = metric_.direction(row, direction);
  const double step = options_.rate * (size_ / weight_) / (1 + options_.rate * length);
  for (std::size_t q = 0; q < weights_.size(); ++q) {
    double forecast = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) forecast += static_cast<double>(weights_[q][i] * row[i]);
    const auto move = static_cast<float>(step * (change >= forecast ? options_.levels[q] : options_.levels[q] - 1));
    for (std::size_t i = 0; i < kFeatures; ++i) weights_[q][i] += move * direction[i];
  }
}

bool NewtonQuantiles::predict(const Row& row, double latest, double level, std::span<double> quantiles) const {
  const double unit = unit_of(level);
  if (!metric_.inverted() || unit <= 0) return false;
  const Scaled known = scaled(row, unit);
  for (std::size_t q = 0; q < weights_.size(); ++q) {
    double change = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) change += static_cast<double>(weights_[q][i] * known[i]);
    quantiles[q] = latest + unit * std::clamp(change, kReach * least_, kReach * most_);
  }
  std::sort(quantiles.begin(), quantiles.begin() + static_cast<std::ptrdiff_t>(weights_.size()));
  return true;
}

std::size_t NewtonQuantiles::bytes() const {
  return sizeof(*this) + pending_.size() * sizeof(Pending) + weights_.size() * sizeof(weights_[0]);
}

}  // namespace forecasting
