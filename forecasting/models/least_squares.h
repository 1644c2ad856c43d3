// Recursive least squares with forgetting on packed normal equations: an observation costs k²/2 multiply-adds, solving
// k³/6 whenever the caller can afford it (Ljung, "System identification", 2nd ed., 11.2; solving at intervals instead
// of updating an inverse keeps it stable for years). The ridge is relative to each regressor's own power, so that
// coefficients follow their units.
#pragma once

#include <cstddef>
#include <vector>

namespace forecasting {

class LeastSquares {
 public:
  /// `ridge`: of each regressor's power. The first regressor is the intercept and goes without.
  LeastSquares(std::size_t size, double forgetting, double ridge);

  /// Target `y` with regressors `x`, size() of them. Never allocates.
  void add(const double* x, double y);

  /// Coefficients from what was added; left as they were when the equations cannot be solved. Never allocates.
  bool solve();

  [[nodiscard]] double predict(const double* x) const;
  /// Root mean square of the targets.
  [[nodiscard]] double deviation() const;
  [[nodiscard]] bool solved() const { return solved_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::vector<double>& coefficients() const { return coefficients_; }

 private:
  std::size_t size_;
  double keep_;
  double ridge_;
  std::vector<double> square_;  ///< Σ x xᵀ, lower triangle by rows
  std::vector<double> cross_;   ///< Σ x y
  std::vector<double> factor_;  ///< room for Cholesky's
  std::vector<double> coefficients_;
  std::vector<double> trial_;
  double weight_ = 0;   ///< Σ of weights
  double squares_ = 0;  ///< Σ y²
  bool solved_ = false;
};

}  // namespace forecasting
