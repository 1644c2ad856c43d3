#include "forecasting/quantile/newton_quantiles.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr float kClip = 4;      // features in root mean squares
constexpr float kCode = 32767;  // codes a clip
constexpr double kReach = 1.2;  // forecasts go so far beyond the changes that were seen
constexpr double kForgetReach = 1e-4;

using Square = Eigen::Matrix<double, static_cast<int>(kFeatures), static_cast<int>(kFeatures)>;

std::size_t packed(std::size_t row, std::size_t column) {
  return row * (row + 1) / 2 + column;
}

}  // namespace

NewtonQuantiles::NewtonQuantiles(Options options)
    : options_(std::move(options)),
      stride_(stride_of(options_.steps)),
      pending_(static_cast<std::size_t>(options_.steps / stride_ + 1)),
      weights_(options_.levels.size()) {}

NewtonQuantiles::Scaled NewtonQuantiles::scaled(const Row& row, double unit) const {
  Scaled scaled{};
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const float value = i == 0 ? row[i] : row[i] / static_cast<float>(unit);
    scaled[i] = square_[i] > 0 ? std::clamp(value / std::sqrt(square_[i]), -kClip, kClip) : 0.0F;
  }
  return scaled;
}

void NewtonQuantiles::issue(const Row& row, double latest, double level, bool missing) {
  const long now = now_++;
  if (now % stride_ != 0) return;
  Pending& pending = pending_[static_cast<std::size_t>(now / stride_) % pending_.size()];
  const double unit = unit_of(level);
  pending.unit = missing || unit <= 0 ? 0.0F : static_cast<float>(unit);
  if (pending.unit <= 0) return;
  squares_ = std::min(squares_ + 1, options_.half_life_steps);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const float value = i == 0 ? row[i] : row[i] / static_cast<float>(unit);
    square_[i] += (value * value - square_[i]) / static_cast<float>(squares_);
  }
  const Scaled known = scaled(row, unit);
  for (std::size_t i = 0; i < kFeatures; ++i)
    pending.row[i] = static_cast<std::int16_t>(std::lround(known[i] / kClip * kCode));
  pending.latest = static_cast<float>(latest);
}

void NewtonQuantiles::mature(double value) {
  const long origin = now_ - options_.steps;
  if (origin < 0 || origin % stride_ != 0 || std::isnan(value)) return;
  const Pending& due = pending_[static_cast<std::size_t>(origin / stride_) % pending_.size()];
  if (due.unit <= 0) return;
  Scaled row;
  for (std::size_t i = 0; i < kFeatures; ++i) row[i] = static_cast<float>(due.row[i]) * (kClip / kCode);
  learn(row, (value - static_cast<double>(due.latest)) / static_cast<double>(due.unit));
}

void NewtonQuantiles::learn(const Scaled& row, double change) {
  ++learned_;
  const double keep = std::min(std::pow(0.5, static_cast<double>(stride_) / options_.half_life_steps),
                               1 - 1.0 / (learned_ / 3.0 + 10));  // faster at first
  const auto fade = static_cast<float>(keep);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      float& moment = metric_[packed(i, j)];
      moment = fade * moment + row[i] * row[j];
    }
  }
  size_ = keep * size_ + std::fabs(change), weight_ = keep * weight_ + 1;
  most_ = std::max(most_ * (1 - kForgetReach), change), least_ = std::min(least_ * (1 - kForgetReach), change);
  const int every = std::max(1, options_.refactor_steps / stride_);
  if (learned_ % every == 0 || (learned_ < 200 && learned_ % 5 == 0)) invert();
  if (!inverted_) return;
  Scaled direction{};
  float length = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      direction[i] += inverse_[packed(i, j)] * row[j];
      direction[j] += inverse_[packed(i, j)] * row[i];
    }
    direction[i] += inverse_[packed(i, i)] * row[i];
  }
  for (std::size_t i = 0; i < kFeatures; ++i) length += row[i] * direction[i];
  const double step = options_.rate * (size_ / weight_) / (1 + options_.rate * static_cast<double>(length));
  for (std::size_t q = 0; q < weights_.size(); ++q) {
    double forecast = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) forecast += static_cast<double>(weights_[q][i] * row[i]);
    const auto move = static_cast<float>(step * (change >= forecast ? options_.levels[q] : options_.levels[q] - 1));
    for (std::size_t i = 0; i < kFeatures; ++i) weights_[q][i] += move * direction[i];
  }
}

void NewtonQuantiles::invert() {
  Square metric;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      metric(static_cast<int>(i), static_cast<int>(j)) = static_cast<double>(metric_[packed(i, j)]);
    }
    metric(static_cast<int>(i), static_cast<int>(i)) += options_.ridge;
  }
  const Eigen::LLT<Square> factor(metric);
  if (factor.info() != Eigen::Success) return;  // keeps the older one
  const Square inverse = factor.solve(Square::Identity());
  for (std::size_t i = 0; i < kFeatures; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      inverse_[packed(i, j)] = static_cast<float>(inverse(static_cast<int>(i), static_cast<int>(j)));
    }
  }
  inverted_ = true;
}

bool NewtonQuantiles::predict(const Row& row, double latest, double level, std::span<double> quantiles) const {
  const double unit = unit_of(level);
  if (!inverted_ || unit <= 0) return false;
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
