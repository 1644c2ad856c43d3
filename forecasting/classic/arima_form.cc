// From the optimiser's numbers to coefficients, by the recursion of Durbin and Levinson on partial autocorrelations,
// and the recursion's slopes beside it (Monahan, Biometrika 71, 1984).
#include "forecasting/classic/arima_form.h"

#include <array>
#include <cmath>
#include <string>

namespace forecasting {
namespace {

/// A stationary AR factor and its slopes from unbounded numbers, by Durbin and Levinson's recursion.
struct Factor {
  Eigen::VectorXd coefficients;
  Eigen::MatrixXd slopes;
};

Factor factor(const Eigen::VectorXd& x) {
  const Eigen::Index size = x.size();
  Factor f{Eigen::VectorXd::Zero(size), Eigen::MatrixXd::Zero(size, size)};
  for (Eigen::Index k = 0; k < size; ++k) {
    const double partial = std::tanh(x(k));
    const Eigen::VectorXd flipped = f.coefficients.head(k).reverse();
    const Eigen::MatrixXd flipped_slopes = f.slopes.topRows(k).colwise().reverse();
    f.coefficients.head(k) -= partial * flipped;
    f.slopes.topRows(k) -= partial * flipped_slopes;
    f.slopes.col(k).head(k) -= (1 - partial * partial) * flipped;
    f.coefficients(k) = partial;
    f.slopes(k, k) = 1 - partial * partial;
  }
  return f;
}

std::array<int, 4> sizes(const ArimaOrder& order) {
  return {order.p, order.q, order.seasonal_p, order.seasonal_q};
}

}  // namespace

std::string words(const ArimaOrder& order) {
  const auto triple = [](int a, int b, int c) {
    std::string text("(");
    for (const int figure : {a, b}) text.append(std::to_string(figure)).append(",");
    return text.append(std::to_string(c)).append(")");
  };
  std::string text = "ARIMA" + triple(order.p, order.d, order.q);
  if (order.seasonal()) {
    text +=
        triple(order.seasonal_p, order.seasonal_d, order.seasonal_q) + "[" + std::to_string(order.season_steps) + "]";
  }
  if (order.constant) text += order.d + order.seasonal_d > 0 ? " and drift" : " and mean";
  return text;
}

Polynomial ar_polynomial(const ArimaOrder& order, const ArimaCoefficients& coefficients) {
  return product(polynomial(coefficients.ar, 1, -1), polynomial(coefficients.seasonal_ar, order.season_steps, -1));
}

Polynomial ma_polynomial(const ArimaOrder& order, const ArimaCoefficients& coefficients) {
  return product(polynomial(coefficients.ma, 1, 1), polynomial(coefficients.seasonal_ma, order.season_steps, 1));
}

ArimaCoefficients coefficients_at(const ArimaOrder& order, const Eigen::VectorXd& x) {
  ArimaCoefficients result;
  const std::array<std::vector<double>*, 4> targets{&result.ar, &result.ma, &result.seasonal_ar, &result.seasonal_ma};
  Eigen::Index at = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int size = sizes(order)[i];
    const Eigen::VectorXd c = factor(x.segment(at, size)).coefficients;
    // An invertible 1 + Σ θ B^j is a stationary 1 − Σ φ B^j with θ = −φ.
    const double sign = i % 2 == 0 ? 1 : -1;
    for (int j = 0; j < size; ++j) targets[i]->push_back(sign * c(j));
    at += size;
  }
  if (order.constant) result.mean = x(at);
  return result;
}

Eigen::MatrixXd coefficient_slopes(const ArimaOrder& order, const Eigen::VectorXd& x) {
  Eigen::MatrixXd slopes = Eigen::MatrixXd::Zero(x.size(), x.size());
  Eigen::Index at = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int size = sizes(order)[i];
    slopes.block(at, at, size, size) = (i % 2 == 0 ? 1 : -1) * factor(x.segment(at, size)).slopes;
    at += size;
  }
  if (order.constant) slopes(at, at) = 1;
  return slopes;
}

}  // namespace forecasting
