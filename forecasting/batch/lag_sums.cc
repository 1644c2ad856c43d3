// Prefix sums of products by distance: row t + 1 is row t plus value t times the values that follow. An entry of any
// normal equation is then the difference of two rows (Makhoul, Proc. IEEE 63, 1975, 561-580).
#include "forecasting/batch/lag_sums.h"

#include <Eigen/Cholesky>
#include <algorithm>

namespace forecasting::batch {

LagSums::LagSums(std::span<const double> values, int reach)
    : size_(static_cast<int>(values.size())), before_(size_ + 1, reach + 1) {
  Eigen::RowVectorXd padded = Eigen::RowVectorXd::Zero(size_ + reach);
  std::copy(values.begin(), values.end(), padded.data());
  before_.row(0).setZero();
  for (int t = 0; t < size_; ++t) before_.row(t + 1) = before_.row(t) + padded[t] * padded.segment(t, reach + 1);
}

double LagSums::sum(int a, int b, int from, int to) const {
  const int first = std::min(a, b), distance = std::max(a, b) - first;
  return before_(to + first, distance) - before_(from + first, distance);
}

double LagSums::mean_square() const {
  return size_ == 0 ? 0 : sum(0, 0, 0, size_) / size_;
}

Eigen::VectorXd regress(const LagSums& u, std::span<const int> offsets, int target, int from, int to, double ridge) {
  const auto size = static_cast<Eigen::Index>(offsets.size());
  Eigen::MatrixXd square(size, size);
  Eigen::VectorXd cross(size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) square(i, j) = u.sum(offsets[i], offsets[j], from, to);
    square(i, i) += ridge * u.mean_square() + kLeastRidge;
    cross[i] = u.sum(offsets[i], target, from, to);
  }
  const Eigen::VectorXd coefficients = square.selfadjointView<Eigen::Lower>().ldlt().solve(cross);
  return coefficients.allFinite() ? coefficients : Eigen::VectorXd::Zero(size);
}

}  // namespace forecasting::batch
