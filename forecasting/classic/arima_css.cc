// The conditional sum of squares and its exact slopes. Residuals are one division of polynomials; the slope by a
// coefficient is the same division of another series, and series of one division go through the recursion side by side.
#include "forecasting/classic/arima_css.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace forecasting {
namespace {

constexpr double kErrorMin = 1e-30;  // keeps the logarithm of a perfect fit

/// y_t = x_t − Σ coefficients[i] x_(t − (i+1)·step) for t ≥ `from`, which has all its lags.
std::vector<double> autoregress(const std::vector<double>& x, const std::vector<double>& coefficients, std::size_t step,
                                std::size_t from) {
  std::vector<double> y = x;
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const std::size_t lag = (i + 1) * step;
    for (std::size_t t = from; t < x.size(); ++t) y[t] -= coefficients[i] * x[t - lag];
  }
  return y;
}

/// In place, x / (1 + Σ coefficients[j] B^((j+1)·step)) from `from` on, before which all is nought. `width` series lie
/// side by side: a recursion waits for itself, several at once do not.
template <std::size_t Order>
void divide_by(std::vector<double>& x, std::size_t width, const std::vector<double>& coefficients, std::size_t step,
               std::size_t from) {
  const std::size_t rows = x.size() / width;
  const std::size_t order = Order > 0 ? Order : coefficients.size();
  for (std::size_t t = from; t < rows; ++t) {
    double* row = &x[t * width];
    for (std::size_t j = 0; j < order; ++j) {
      const std::size_t lag = (j + 1) * step;
      if (t < from + lag) break;
      const double* before = row - lag * width;
      for (std::size_t k = 0; k < width; ++k) row[k] -= coefficients[j] * before[k];
    }
  }
}

void divide(std::vector<double>& x, std::size_t width, const std::vector<double>& coefficients, std::size_t step,
            std::size_t from) {
  switch (coefficients.size()) {
    case 0: return;
    case 1: return divide_by<1>(x, width, coefficients, step, from);
    case 2: return divide_by<2>(x, width, coefficients, step, from);
    default: return divide_by<0>(x, width, coefficients, step, from);
  }
}

}  // namespace

ArimaCss::ArimaCss(const ArimaOrder& order, std::vector<double> values, std::vector<bool> present)
    : order_(order),
      values_(std::move(values)),
      present_(std::move(present)),
      from_(static_cast<std::size_t>(order.p + order.seasonal_p * order.season_steps)) {}

std::vector<double> ArimaCss::residuals(const ArimaCoefficients& c) const {
  const auto m = static_cast<std::size_t>(order_.season_steps), n = values_.size();
  std::vector<double> x = values_;
  if (c.mean != 0) {
    for (double& value : x) value -= c.mean;
  }
  x = autoregress(x, c.ar, 1, static_cast<std::size_t>(order_.p));
  x = autoregress(x, c.seasonal_ar, m, from_);
  for (std::size_t t = 0; t < std::min(from_, n); ++t) x[t] = 0;
  divide(x, 1, c.ma, 1, from_);
  divide(x, 1, c.seasonal_ma, m, from_);
  return x;
}

ArimaCss::Sum ArimaCss::sum(const std::vector<double>& residuals) const {
  Sum sum;
  for (std::size_t t = from_; t < residuals.size(); ++t) {
    if (!present_[t]) continue;
    sum.squares += residuals[t] * residuals[t];
    ++sum.count;
  }
  return sum;
}

Evaluation ArimaCss::evaluate(const Eigen::VectorXd& at, bool slopes) const {
  Evaluation result{.value = std::numeric_limits<double>::infinity()};
  const ArimaCoefficients c = coefficients_at(order_, at);
  const std::size_t n = values_.size(), m = static_cast<std::size_t>(order_.season_steps);
  if (n <= from_) return result;
  if (!slopes) {
    const Sum s = sum(residuals(c));
    if (s.count > 0 && std::isfinite(s.squares)) result.value = s.count * std::log(s.squares + kErrorMin);
    return result;
  }
  std::vector<double> centred = values_;
  for (double& value : centred) value -= c.mean;
  const std::vector<double> plain = autoregress(centred, c.ar, 1, static_cast<std::size_t>(order_.p));
  const std::vector<double> seasonal =
      autoregress(centred, c.seasonal_ar, m, static_cast<std::size_t>(order_.seasonal_p) * m);
  const std::vector<double> whole = autoregress(plain, c.seasonal_ar, m, from_);
  // Side by side: e, ∂e/∂φ…, ∂e/∂Φ…, ∂e/∂mean; all divided by θΘ.
  const auto p = static_cast<std::size_t>(order_.p), sp = static_cast<std::size_t>(order_.seasonal_p);
  const std::size_t width = 1 + p + sp + (order_.constant ? 1 : 0);
  std::vector<double> rows(n * width);
  const double level = forecasting::sum(ar_polynomial(order_, c));
  for (std::size_t t = from_; t < n; ++t) {
    double* row = &rows[t * width];
    row[0] = whole[t];
    for (std::size_t i = 0; i < p; ++i) row[1 + i] = -seasonal[t - i - 1];
    for (std::size_t i = 0; i < sp; ++i) row[1 + p + i] = -plain[t - (i + 1) * m];
    if (order_.constant) row[width - 1] = -level;
  }
  divide(rows, width, c.ma, 1, from_);
  divide(rows, width, c.seasonal_ma, m, from_);
  std::vector<double> by_ma(n), by_seasonal_ma;
  for (std::size_t t = from_; t < n; ++t) by_ma[t] = rows[t * width];
  by_seasonal_ma = by_ma;
  divide(by_ma, 1, c.ma, 1, from_);
  divide(by_seasonal_ma, 1, c.seasonal_ma, m, from_);
  const auto q = static_cast<std::size_t>(order_.q), sq = static_cast<std::size_t>(order_.seasonal_q);
  const Eigen::Index k = at.size();
  Eigen::VectorXd slope(k), cross = Eigen::VectorXd::Zero(k);
  Eigen::MatrixXd curvature = Eigen::MatrixXd::Zero(k, k);
  double squares = 0;
  int count = 0;
  for (std::size_t t = from_; t < n; ++t) {
    if (!present_[t]) continue;
    const double* row = &rows[t * width];
    Eigen::Index next = 0;
    for (std::size_t i = 0; i < p; ++i) slope(next++) = row[1 + i];
    for (std::size_t j = 1; j <= q; ++j) slope(next++) = t < from_ + j ? 0 : -by_ma[t - j];
    for (std::size_t i = 0; i < sp; ++i) slope(next++) = row[1 + p + i];
    for (std::size_t j = m; j <= sq * m; j += m) slope(next++) = t < from_ + j ? 0 : -by_seasonal_ma[t - j];
    if (order_.constant) slope(next++) = row[width - 1];
    squares += row[0] * row[0];
    ++count;
    cross.noalias() += row[0] * slope;
    for (Eigen::Index i = 0; i < k; ++i) {
      for (Eigen::Index j = 0; j <= i; ++j) curvature(i, j) += slope(i) * slope(j);
    }
  }
  if (count == 0 || !std::isfinite(squares)) return result;
  squares += kErrorMin;
  const Eigen::MatrixXd chain = coefficient_slopes(order_, at);
  const double unit = 2 * count / squares;
  const Eigen::MatrixXd full = curvature.selfadjointView<Eigen::Lower>();
  result.value = count * std::log(squares);
  result.gradient = unit * (chain.transpose() * cross);
  result.curvature = unit * (chain.transpose() * full * chain);
  return result;
}

}  // namespace forecasting
