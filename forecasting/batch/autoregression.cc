// Fitting and iterating an autoregression. Normal equations come from prefix-summed products (lag_sums.h), so a fit
// reads no value again; only the robust step looks at each value once more, because its weights differ by value
// (Schlossmacher, J. American Statistical Association 68, 1973).
#include "forecasting/batch/autoregression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace forecasting::batch {
void Autoregression::iterate(std::span<const double> past, Eigen::Ref<Eigen::VectorXd> ahead) const {
  const auto size = static_cast<std::ptrdiff_t>(past.size());
  for (Eigen::Index h = 0; h < ahead.size(); ++h) {
    double next = 0;
    for (std::size_t i = 0; i < lags.size(); ++i) {
      const std::ptrdiff_t at = size + h - lags[i];
      if (at < 0) break;
      next += coefficients[static_cast<Eigen::Index>(i)] * (at < size ? past[at] : ahead[at - size]);
    }
    ahead[h] = next;
  }
}

Autoregression fit_autoregression(const LagSums& sums, std::vector<int> lags) {
  if (lags.empty()) return {};
  std::vector<int> offsets;
  for (const int lag : lags) offsets.push_back(-lag);
  Eigen::VectorXd coefficients = regress(sums, offsets, 0, lags.back(), sums.size(), kRidge);
  return {std::move(lags), std::move(coefficients)};
}

Autoregression robust_step(const Autoregression& fit, std::span<const double> values) {
  if (fit.lags.empty()) return fit;
  const auto width = static_cast<Eigen::Index>(fit.lags.size());
  const Eigen::Index first = fit.lags.back(), rows = static_cast<Eigen::Index>(values.size()) - first;
  const Eigen::Map<const Eigen::VectorXd> all(values.data(), static_cast<Eigen::Index>(values.size()));
  const auto target = all.tail(rows);
  Eigen::MatrixXd regressors(rows, width);
  for (Eigen::Index i = 0; i < width; ++i) {
    regressors.col(i) = all.segment(first - fit.lags[static_cast<std::size_t>(i)], rows);
  }
  const Eigen::VectorXd errors = (target - regressors * fit.coefficients).cwiseAbs();
  Eigen::VectorXd sorted = errors;
  std::nth_element(sorted.begin(), sorted.begin() + rows / 2, sorted.end());
  const double typical = sorted[rows / 2];
  if (!(typical > 0)) return fit;  // it fits exactly
  const Eigen::VectorXd weights = typical / errors.cwiseMax(typical / 2).array();
  const Eigen::MatrixXd weighted = weights.asDiagonal() * regressors;
  Eigen::MatrixXd square = weighted.transpose() * regressors;
  square.diagonal().array() += kRidge * all.squaredNorm() / static_cast<double>(all.size()) + kLeastRidge;
  Eigen::VectorXd coefficients = square.ldlt().solve(weighted.transpose() * target);
  if (!coefficients.allFinite()) return fit;
  return {fit.lags, std::move(coefficients)};
}

}  // namespace forecasting::batch
