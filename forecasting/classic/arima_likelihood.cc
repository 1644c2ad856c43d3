// The Kalman filter of the exact likelihood: its start from autocovariances, its steps as a shift and a rank-one
// update, its end where the variance has settled and the sparse filter takes over (Gardner, Harvey and Phillips, AS
// 154, Appl. Stat. 29, 1980).
#include "forecasting/classic/arima_likelihood.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

#include "forecasting/classic/arima_filter.h"

namespace forecasting {
namespace {

constexpr double kSteady = 1e-13;     // of the forecast variance above σ²
constexpr double kDifference = 1e-5;  // of x, for slopes

/// Dense coefficients of lags 1 … size, signs as in w = Σ c w(t − i).
Eigen::VectorXd dense(const Polynomial& terms, Eigen::Index size, double sign) {
  Eigen::VectorXd c = Eigen::VectorXd::Zero(size);
  for (const Term& term : terms) c(term.lag - 1) = sign * term.coefficient;
  return c;
}

/// γ(0 … p): Yule and Walker's equations with the moving-average side known (Brockwell and Davis, 3.3).
Eigen::VectorXd autocovariances(const Eigen::VectorXd& ar, const Eigen::VectorXd& ma, const Eigen::VectorXd& psi,
                                Eigen::Index p) {
  Eigen::MatrixXd left = Eigen::MatrixXd::Identity(p + 1, p + 1);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(p + 1);
  for (Eigen::Index k = 0; k <= p; ++k) {
    for (Eigen::Index i = 1; i <= p; ++i) {
      if (ar(i - 1) != 0) left(k, std::abs(k - i)) -= ar(i - 1);
    }
    for (Eigen::Index j = k; j <= ma.size(); ++j) right(k) += (j == 0 ? 1 : ma(j - 1)) * psi(j - k);
  }
  return left.partialPivLu().solve(right);
}

class Kalman {
 public:
  Kalman(const Polynomial& ar_terms, const Polynomial& ma_terms)
      : size_(std::max({degree(ar_terms), degree(ma_terms) + 1, 1})),
        ar_(dense(ar_terms, size_, -1)),
        noise_(Eigen::VectorXd::Zero(size_)),
        filter_(ar_terms, ma_terms, 0),
        state_(Eigen::VectorXd::Zero(size_)) {
    noise_(0) = 1;
    for (const Term& term : ma_terms) noise_(term.lag) = term.coefficient;
    shocks_ = noise_ * noise_.transpose();
    start(degree(ar_terms));
  }

  [[nodiscard]] bool steady() const { return steady_; }
  [[nodiscard]] double expected() const { return steady_ ? filter_.expected() : state_(0); }
  [[nodiscard]] double variance() const { return steady_ ? 1 : covariance_(0, 0); }

  void observe(double value) {
    if (steady_) return filter_.update(value);
    const double variance = covariance_(0, 0);
    const Eigen::VectorXd gain = covariance_.col(0) / variance, row = covariance_.col(0);
    state_ += gain * (value - state_(0));
    shift(value);
    for (Eigen::Index j = 0; j + 1 < size_; ++j) {
      covariance_.col(j).head(size_ - 1) =
          covariance_.col(j + 1).tail(size_ - 1) - row(j + 1) * gain.tail(size_ - 1) + shocks_.col(j).head(size_ - 1);
      covariance_(size_ - 1, j) = shocks_(size_ - 1, j);
    }
    covariance_.col(size_ - 1) = shocks_.col(size_ - 1);
    calm_ = std::fabs(variance - 1) < kSteady ? calm_ + 1 : 0;
    if (calm_ > size_) settle();
  }

  void gap() {
    if (steady_) stir();
    const Eigen::VectorXd row = covariance_.col(0);
    shift(state_(0));
    const Eigen::MatrixXd before = covariance_;
    covariance_ = shocks_ + ar_ * row(0) * ar_.transpose();
    const Eigen::VectorXd cross = row.tail(size_ - 1);
    covariance_.leftCols(size_ - 1) += ar_ * cross.transpose();
    covariance_.topRows(size_ - 1) += cross * ar_.transpose();
    covariance_.topLeftCorner(size_ - 1, size_ - 1) += before.bottomRightCorner(size_ - 1, size_ - 1);
    calm_ = 0;
  }

  [[nodiscard]] std::vector<double> forecast(int steps) {
    if (!steady_) settle();
    return filter_.forecast(steps);
  }

 private:
  /// The stationary covariance: its first row from autocovariances, the rest from P = T P Tᵀ + R Rᵀ, backwards.
  void start(Eigen::Index p) {
    const Eigen::VectorXd ma = noise_.tail(size_ - 1);
    const std::vector<double> effects = filter_.shock_effects(static_cast<int>(size_));
    Eigen::VectorXd psi(size_ + 1);
    psi << 1, Eigen::Map<const Eigen::VectorXd>(effects.data(), size_);
    const Eigen::VectorXd gamma = autocovariances(ar_, ma, psi, p);
    Eigen::VectorXd first = Eigen::VectorXd::Zero(size_ + 1);
    first(0) = gamma(0);
    for (Eigen::Index j = 2; j <= size_; ++j) {
      for (Eigen::Index k = j; k <= size_; ++k) {
        if (ar_(k - 1) != 0) first(j - 1) += ar_(k - 1) * gamma(k - j + 1);
        if (noise_(k - 1) != 0) first(j - 1) += noise_(k - 1) * psi(k - j);
      }
    }
    covariance_ = Eigen::MatrixXd::Zero(size_, size_);
    for (Eigen::Index j = size_ - 1; j >= 0; --j) {
      for (Eigen::Index i = j; i >= 0; --i) {
        const double inner = i + 1 < size_ && j + 1 < size_ ? covariance_(i + 1, j + 1) : 0;
        covariance_(i, j) =
            i == 0 ? first(j)
                   : ar_(i) * ar_(j) * first(0) + ar_(i) * first(j + 1) + ar_(j) * first(i + 1) + inner + shocks_(i, j);
        covariance_(j, i) = covariance_(i, j);
      }
    }
  }

  void shift(double value) {
    for (Eigen::Index i = 0; i + 1 < size_; ++i) state_(i) = state_(i + 1) + ar_(i) * value;
    state_(size_ - 1) = ar_(size_ - 1) * value;
  }

  void settle() {
    filter_.set_state({state_.data(), state_.data() + size_});
    steady_ = true;
  }

  void stir() {
    const std::vector<double> state = filter_.state();
    state_.setZero();
    state_.head(static_cast<Eigen::Index>(state.size())) =
        Eigen::Map<const Eigen::VectorXd>(state.data(), static_cast<Eigen::Index>(state.size()));
    covariance_ = shocks_;
    steady_ = false;
  }

  Eigen::Index size_;
  Eigen::VectorXd ar_;     ///< φ of the companion's first column
  Eigen::VectorXd noise_;  ///< 1, θ
  ArimaFilter filter_;     ///< the steady state's
  Eigen::VectorXd state_;
  Eigen::MatrixXd shocks_;
  Eigen::MatrixXd covariance_;  ///< of the state to come, over σ²
  Eigen::Index calm_ = 0;       ///< steps in a row at the steady variance
  bool steady_ = false;
};

}  // namespace

double ArimaLikelihood::objective() const {
  return observations * std::log(sum_of_squares + 1e-30) + sum_of_logs;
}

double ArimaLikelihood::log_likelihood() const {
  const double n = observations;
  return -0.5 * (n * (std::log(2 * M_PI * sum_of_squares / n) + 1) + sum_of_logs);
}

ArimaLikelihood arima_likelihood(const ArimaOrder& order, const ArimaCoefficients& coefficients,
                                 const std::vector<double>& values, int horizon) {
  Kalman kalman(ar_polynomial(order, coefficients), ma_polynomial(order, coefficients));
  ArimaLikelihood result;
  result.innovations.reserve(values.size());
  for (const double value : values) {
    if (!kalman.steady()) ++result.steady_after;
    if (std::isnan(value)) {
      kalman.gap();
      result.innovations.push_back(0);
      continue;
    }
    const double variance = kalman.variance();
    const double innovation = (value - coefficients.mean - kalman.expected()) / std::sqrt(variance);
    result.innovations.push_back(innovation);
    result.sum_of_squares += innovation * innovation;
    if (variance != 1) result.sum_of_logs += std::log(variance);
    ++result.observations;
    kalman.observe(value - coefficients.mean);
  }
  result.forecasts = kalman.forecast(horizon);
  for (double& forecast : result.forecasts) forecast += coefficients.mean;
  return result;
}

Evaluation evaluate_likelihood(const ArimaOrder& order, const Eigen::VectorXd& x, const std::vector<double>& values,
                               bool slopes) {
  const auto at = [&](const Eigen::VectorXd& where) {
    return arima_likelihood(order, coefficients_at(order, where), values, 0);
  };
  const ArimaLikelihood here = at(x);
  Evaluation result{.value = here.objective()};
  if (here.observations == 0 || !std::isfinite(result.value)) result.value = std::numeric_limits<double>::infinity();
  if (!slopes || !std::isfinite(result.value)) return result;
  const auto n = static_cast<Eigen::Index>(values.size());
  Eigen::MatrixXd jacobian(n, x.size());
  result.gradient.resize(x.size());
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    Eigen::VectorXd up = x, down = x;
    up(i) += kDifference;
    down(i) -= kDifference;
    const ArimaLikelihood above = at(up), below = at(down);
    result.gradient(i) = (above.objective() - below.objective()) / (2 * kDifference);
    jacobian.col(i) = (Eigen::Map<const Eigen::VectorXd>(above.innovations.data(), n) -
                       Eigen::Map<const Eigen::VectorXd>(below.innovations.data(), n)) /
                      (2 * kDifference);
  }
  result.curvature = 2 * here.observations / here.sum_of_squares * (jacobian.transpose() * jacobian);
  return result;
}

}  // namespace forecasting
