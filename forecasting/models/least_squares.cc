#include "forecasting/models/least_squares.h"

#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr double kSingular = 1e-12;  // of a regressor's power: less is left of it after the ones before

}  // namespace

LeastSquares::LeastSquares(std::size_t size, double forgetting, double ridge)
    : size_(size),
      keep_(1 - forgetting),
      ridge_(ridge),
      square_(size * (size + 1) / 2),
      cross_(size),
      factor_(square_.size()),
      coefficients_(size),
      trial_(size) {}

void LeastSquares::add(const double* x, double y) {
  double* row = square_.data();
  for (std::size_t i = 0; i < size_; ++i) {
    const double xi = x[i];
    for (std::size_t j = 0; j <= i; ++j) row[j] = keep_ * row[j] + xi * x[j];
    row += i + 1;
    cross_[i] = keep_ * cross_[i] + xi * y;
  }
  weight_ = keep_ * weight_ + 1;
  squares_ = keep_ * squares_ + y * y;
}

bool LeastSquares::solve() {
  if (weight_ < static_cast<double>(size_)) return false;
  // Cholesky of the equations with the ridge on the diagonal.
  const auto at = [](std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; };
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = square_[at(i, j)];
      if (i == j && i > 0) sum *= 1 + ridge_;
      for (std::size_t k = 0; k < j; ++k) sum -= factor_[at(i, k)] * factor_[at(j, k)];
      if (i != j) {
        factor_[at(i, j)] = sum * factor_[at(j, j)];
      } else {
        // The diagonal holds the inverse; a regressor that is nought, or the others' shadow, takes no part.
        factor_[at(i, i)] = sum > kSingular * square_[at(i, i)] ? 1 / std::sqrt(sum) : 0;
      }
    }
  }
  for (std::size_t i = 0; i < size_; ++i) {
    double sum = cross_[i];
    for (std::size_t k = 0; k < i; ++k) sum -= factor_[at(i, k)] * trial_[k];
    trial_[i] = sum * factor_[at(i, i)];
  }
  for (std::size_t i = size_; i-- > 0;) {
    double sum = trial_[i];
    for (std::size_t k = i + 1; k < size_; ++k) sum -= factor_[at(k, i)] * trial_[k];
    trial_[i] = sum * factor_[at(i, i)];
  }
  if (!std::all_of(trial_.begin(), trial_.end(), [](double c) { return std::isfinite(c); })) return false;
  std::swap(coefficients_, trial_);
  return solved_ = true;
}

double LeastSquares::deviation() const {
  return weight_ > 0 ? std::sqrt(squares_ / weight_) : 0;
}

double LeastSquares::predict(const double* x) const {
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) sum += coefficients_[i] * x[i];
  return sum;
}

}  // namespace forecasting
