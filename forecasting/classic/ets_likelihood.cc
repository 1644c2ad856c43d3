// One pass over the data for the likelihood, and the same pass over dual numbers for its slopes. The pass is compiled
// for each number of parameters, so that a simple form does not pay for slopes that it has not.
#include "forecasting/classic/ets_likelihood.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

namespace forecasting {
namespace {

constexpr std::size_t kParameters = 6;  // α, β, γ, φ, level, trend: as many as the largest form has

constexpr double kAlphaMin = 1e-4, kAlphaMax = 0.9999;
constexpr double kPhiMin = 0.8, kPhiMax = 0.98;  // Hyndman and Khandakar 2008, section 2.5
constexpr double kErrorMin = 1e-30;              // a perfect fit has no likelihood; this keeps its logarithm

double mean_absolute_deviation(const std::vector<double>& values) {
  double mean = 0, deviation = 0;
  int count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    mean += (value - mean) / ++count;
  }
  for (const double value : values) {
    if (!std::isnan(value)) deviation += std::fabs(value - mean) / count;
  }
  return deviation;
}

/// The next parameter of x: a constant for values, a seed for slopes.
template <typename Scalar>
Scalar parameter(const Eigen::VectorXd& at, Eigen::Index& next) {
  const Eigen::Index index = next++;
  if constexpr (std::is_same_v<Scalar, double>) {
    return at(index);
  } else {
    return Scalar::parameter(at(index), static_cast<std::size_t>(index));
  }
}

}  // namespace

double EtsRun::log_likelihood() const {
  const double n = observations;
  return -0.5 * n * (std::log(2 * M_PI * sum_of_squares / n) + 1) - sum_of_logs;
}

EtsRun run(const std::vector<double>& values, Error error, SmoothingFilter<double>& filter) {
  EtsRun result;
  const bool relative = error == Error::multiplicative;
  double product = 1;  // of the ŷ since the last logarithm: one logarithm for many steps
  for (const double value : values) {
    if (std::isnan(value)) {
      filter.gap();
      continue;
    }
    const double expected = filter.expected(), residual = value - expected;
    const double e = relative ? residual / expected : residual;
    result.sum_of_squares += e * e;
    ++result.observations;
    if (relative) {
      if (!(expected > 0)) result.feasible = false;
      product *= expected;
      if (!(product > 1e-200 && product < 1e200)) {
        result.sum_of_logs += std::log(product);
        product = 1;
      }
    }
    filter.correct(residual);
  }
  result.sum_of_logs += std::log(product);
  result.feasible = result.feasible && std::isfinite(result.sum_of_squares) && std::isfinite(result.sum_of_logs);
  return result;
}

EtsProblem::EtsProblem(const std::vector<double>& values, const EtsForm& form, SmoothingStart<double> start)
    : values_(values), form_(form), start_(std::move(start)), spread_(mean_absolute_deviation(values)) {}

Eigen::VectorXd EtsProblem::first_guess() const {
  std::array<double, kParameters> guess{};
  std::size_t k = 0;
  guess[k++] = unbounded(kAlphaMin, kAlphaMax, 0.3);
  if (form_.smoothing.trend != Trend::none) guess[k++] = unbounded(0, 1, 0.1);    // β / α
  if (form_.smoothing.season != Season::none) guess[k++] = unbounded(0, 1, 0.1);  // γ / (1 − α)
  if (form_.smoothing.trend == Trend::damped) guess[k++] = unbounded(kPhiMin, kPhiMax, 0.95);
  k += form_.smoothing.trend == Trend::none ? 1 : 2;  // corrections of the initial level and trend: 0
  return Eigen::Map<const Eigen::VectorXd>(guess.data(), static_cast<Eigen::Index>(k));
}

template <typename Scalar>
SmoothingFilter<Scalar> EtsProblem::filter(const Eigen::VectorXd& at) const {
  Eigen::Index next = 0;
  Smoothing<Scalar> smoothing;
  smoothing.alpha = within(kAlphaMin, kAlphaMax, parameter<Scalar>(at, next));
  if (form_.smoothing.trend != Trend::none) {
    smoothing.beta = smoothing.alpha * within(0, 1, parameter<Scalar>(at, next));
  }
  if (form_.smoothing.season != Season::none) {
    smoothing.gamma = (Scalar(1.0) - smoothing.alpha) * within(0, 1, parameter<Scalar>(at, next));
  }
  if (form_.smoothing.trend == Trend::damped) {
    smoothing.phi = within(kPhiMin, kPhiMax, parameter<Scalar>(at, next));
  }
  SmoothingStart<Scalar> start;
  start.season = start_.season;
  start.level = Scalar(start_.level) + parameter<Scalar>(at, next) * Scalar(spread_);
  // A trend acts over many steps: a tenth of the spread each is already much.
  start.trend = Scalar(start_.trend);
  if (form_.smoothing.trend != Trend::none) start.trend += parameter<Scalar>(at, next) * Scalar(0.1 * spread_);
  return SmoothingFilter<Scalar>(form_.smoothing, smoothing, start);
}
template SmoothingFilter<double> EtsProblem::filter<double>(const Eigen::VectorXd&) const;

Evaluation EtsProblem::evaluate(const Eigen::VectorXd& at, bool slopes) const {
  if (slopes) {
    switch (at.size()) {  // only as many slopes as there are parameters
      case 2: return evaluate_slopes<2>(at);
      case 3: return evaluate_slopes<3>(at);
      case 4: return evaluate_slopes<4>(at);
      case 5: return evaluate_slopes<5>(at);
      default: return evaluate_slopes<kParameters>(at);
    }
  }
  Evaluation result{.value = std::numeric_limits<double>::infinity()};
  auto states = filter<double>(at);
  const EtsRun ran = run(values_, form_.error, states);
  if (ran.feasible) {
    result.value = ran.observations * std::log(ran.sum_of_squares + kErrorMin) + 2 * ran.sum_of_logs;
  }
  return result;
}

template <std::size_t N>
Evaluation EtsProblem::evaluate_slopes(const Eigen::VectorXd& at) const {
  using Vector = Eigen::Matrix<double, N, 1>;
  Evaluation result{.value = std::numeric_limits<double>::infinity()};
  auto states = filter<Dual<N>>(at);
  const bool relative = form_.error == Error::multiplicative;
  double square = 0, logs = 0;
  int observations = 0;
  Vector cross = Vector::Zero(), log_slope = Vector::Zero();
  Eigen::Matrix<double, N, N> curvature = Eigen::Matrix<double, N, N>::Zero();
  for (const double value : values_) {
    if (std::isnan(value)) {
      states.gap();
      continue;
    }
    const Dual<N> expected = states.expected();
    const Dual<N> residual = Dual<N>(value) - expected;
    const Dual<N> e = relative ? residual / expected : residual;
    square += e.value * e.value;
    ++observations;
    const Eigen::Map<const Vector> slope(e.slope.data());
    cross += e.value * slope;
    curvature.noalias() += slope * slope.transpose();
    if (relative) {
      if (!(expected.value > 0)) return result;
      logs += std::log(expected.value);
      log_slope += Eigen::Map<const Vector>(expected.slope.data()) / expected.value;
    }
    states.correct(residual);
  }
  const double n = observations;
  square += kErrorMin;
  if (!std::isfinite(square + logs)) return result;
  result.value = n * std::log(square) + 2 * logs;
  result.gradient = 2 * n / square * cross + 2 * log_slope;
  result.curvature = 2 * n / square * curvature;
  return result;
}

}  // namespace forecasting
