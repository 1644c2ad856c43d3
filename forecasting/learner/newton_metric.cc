// Moments and inverse in two bytes an entry. A moment is rounded up or down at random, in proportion to the remainder,
// so that small samples add up (Croci et al., Royal Society Open Science 9, 2022); the generator's state is saved with
// the moments.
#include "forecasting/learner/newton_metric.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr float kCode = 32766;  // 1 less than fits: rounding may go up

using Square = Eigen::Matrix<float, static_cast<int>(kFeatures), static_cast<int>(kFeatures)>;

/// Where row i begins below the diagonal.
constexpr std::size_t row_of(std::size_t i) {
  return i * (i - 1) / 2;
}

}  // namespace

void NewtonMetric::add(const Scaled& row, double keep) {
  const auto fade = static_cast<float>(keep);
  Scaled kept, added;  // weights of an old code and of this sample in the new roots
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const float before = variances_[i];
    variances_[i] = fade * before + row[i] * row[i];
    const float root = std::sqrt(variances_[i]);
    kept[i] = root > 0 ? std::sqrt(fade * before) / root : 0;
    added[i] = root > 0 ? row[i] / root : 0;
  }
  constexpr float kShare = 1.0F / 65536;
  for (std::size_t i = 1; i < kFeatures; ++i) {
    std::int16_t* const codes = &correlations_[row_of(i)];
    const float own = added[i] * kCode;
    random_ = random_ * 1664525U + 1013904223U;  // Knuth's and Lewis's generator; one draw a row, spread over the row
    std::uint32_t draw = random_;
    for (std::size_t j = 0; j < i; ++j) {
      draw += 0x9E3779B9U;
      const float dither = static_cast<float>(draw >> 16) * kShare;
      const float code = static_cast<float>(codes[j]) * kept[i] * kept[j] + own * added[j];
      codes[j] = static_cast<std::int16_t>(std::floor(std::clamp(code, -kCode, kCode) + dither));
    }
  }
}

void NewtonMetric::invert(double ridge) {
  Square metric;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    const float root = std::sqrt(variances_[i]) / kCode;
    for (std::size_t j = 0; j < i; ++j) {
      metric(at, static_cast<Eigen::Index>(j)) =
          static_cast<float>(correlations_[row_of(i) + j]) * root * std::sqrt(variances_[j]);
    }
    metric(at, at) = variances_[i] + static_cast<float>(ridge);
  }
  const Eigen::LLT<Square> factor(metric);  // of the lower triangle
  if (factor.info() != Eigen::Success) return;
  const Square inverse = factor.solve(Square::Identity());
  if (!inverse.allFinite()) return;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    diagonal_[i] = std::sqrt(std::max(inverse(at, at), 0.0F));
    for (std::size_t j = 0; j < i; ++j) {
      const float size = diagonal_[i] * diagonal_[j];
      const float share = size > 0 ? inverse(at, static_cast<Eigen::Index>(j)) / size : 0;
      codes_[row_of(i) + j] = static_cast<std::int16_t>(std::lround(std::clamp(share, -1.0F, 1.0F) * kCode));
    }
  }
  inverted_ = true;
}

double NewtonMetric::direction(const Scaled& row, Scaled& direction) const {
  Scaled known;
  for (std::size_t i = 0; i < kFeatures; ++i) known[i] = row[i] * diagonal_[i] / kCode, direction[i] = known[i] * kCode;
  for (std::size_t i = 1; i < kFeatures; ++i) {
    const std::int16_t* const codes = &codes_[row_of(i)];
    float sum = 0;
    for (std::size_t j = 0; j < i; ++j) {
      const auto code = static_cast<float>(codes[j]);
      sum += code * known[j];
      direction[j] += code * known[i];
    }
    direction[i] += sum;
  }
  double length = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    direction[i] *= diagonal_[i];
    length += static_cast<double>(direction[i] * row[i]);
  }
  return length;
}

}  // namespace forecasting
