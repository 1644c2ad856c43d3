// Sums of a series' products by distance, prefix-summed. Each entry of a regression's normal equations is then a single
// subtraction, for any lags, target and window. Fifty regressions cost little more than one (the covariance method of
// linear prediction, exact at the edges: Makhoul, Proc. IEEE 63, 1975, 561-580).
#pragma once

#include <Eigen/Core>
#include <span>

namespace forecasting::batch {

class LagSums {
 public:
  /// `values`: finite. Time and memory: values × reach.
  LagSums(std::span<const double> values, int reach);

  /// Σ values[t + a]·values[t + b] over from ≤ t < to; |a − b| ≤ reach, indices within the values.
  [[nodiscard]] double sum(int a, int b, int from, int to) const;

  /// Of the values.
  [[nodiscard]] double mean_square() const;
  [[nodiscard]] int size() const { return size_; }

 private:
  int size_;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> before_;  ///< (t, d): Σ v[i]·v[i + d], i < t
};

/// Of the members' regressions, in observations: just enough to keep them tame; more costs accuracy on M4's validation
/// part.
inline constexpr double kRidge = .01;
/// On top of a ridge: keeps the equations of a constant series solvable.
inline constexpr double kLeastRidge = 1e-12;

/// Coefficients of u[t + target] on u[t + offsets[i]], from ≤ t < to, by least squares. `ridge`: weight of each
/// coefficient's prior 0, in typical observations. Finite for all values.
Eigen::VectorXd regress(const LagSums& u, std::span<const int> offsets, int target, int from, int to, double ridge);

}  // namespace forecasting::batch
