#include "forecasting/models/smoother_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "forecasting/models/decomposition.h"
#include "forecasting/models/unit.h"

namespace forecasting {
namespace {

constexpr std::size_t kParameters = 6;  // α, β, γ, φ, δ, ρ
using Slopes = Dual<kParameters>;
constexpr double kErrorMin = 1e-30;
constexpr double kOutlier = 5;  // robust deviations
constexpr double kPhiMin = 0.8, kPhiMax = 0.995;

int parameter_count(const SmootherFitOptions& options) {
  const SmoothingForm& f = options.form;
  return 1 + (f.trend == Trend::none ? 0 : 1) + (f.season == Season::none ? 0 : 1) +
         (f.trend == Trend::damped ? 1 : 0) + (f.second_steps > 0 ? 1 : 0) + (f.adjusted ? 1 : 0);
}

template <typename Scalar>
Smoothing<Scalar> smoothing_at(const SmootherFitOptions& options, const Eigen::VectorXd& x) {
  Eigen::Index next = 0;
  const auto share = [&](double low, double high) {
    const Eigen::Index i = next++;
    if constexpr (std::is_same_v<Scalar, double>) {
      return within(low, high, x(i));
    } else {
      return within(low, high, Scalar::parameter(x(i), static_cast<std::size_t>(i)));
    }
  };
  const SmoothingForm& f = options.form;
  Smoothing<Scalar> s;
  s.alpha = share(0, 1);
  if (f.trend != Trend::none) s.beta = s.alpha * share(0, 1);
  const Scalar rest = Scalar(1.0) - s.alpha;
  if (f.season != Season::none) s.gamma = rest * share(0, 1);
  if (f.trend == Trend::damped) s.phi = share(kPhiMin, kPhiMax);
  if (f.second_steps > 0) s.delta = (rest - s.gamma) * share(0, 1);
  if (f.adjusted) s.rho = share(-0.5, 0.99);
  return s;
}

/// Runs the recursion and calls `visit(error)` for every target that came `horizon` steps after its forecast.
template <typename Scalar, typename Visit>
bool walk(const std::vector<double>& values, const SmootherFitOptions& options, const SmoothingStart<double>& start,
          const Smoothing<Scalar>& smoothing, const Visit& visit) {
  SmoothingStart<Scalar> states;
  states.level = Scalar(start.level);
  states.trend = Scalar(start.trend);
  states.season = start.season;
  states.second = start.second;
  SmoothingFilter<Scalar> filter(options.form, smoothing, states);
  const auto horizon = static_cast<std::size_t>(options.horizon);
  std::vector<Scalar> pending(horizon);  // a ring over targets
  const bool positive = options.form.season == Season::multiplicative;
  for (std::size_t t = 0; t < values.size(); ++t) {
    // ahead of this value: the forecast made at t − 1 is for t − 1 + horizon
    pending[(t + horizon - 1) % horizon] = horizon == 1 ? filter.expected() : filter.forecast(options.horizon);
    if (std::isnan(values[t])) {
      filter.gap();
      continue;
    }
    if (t + 1 >= horizon) visit(Scalar(values[t]) - pending[t % horizon]);
    const Scalar expected = filter.expected();
    if (positive && !(value_of(expected) > 0)) return false;
    filter.correct(Scalar(values[t]) - expected);
  }
  return true;
}

/// Values within kOutlier robust deviations of the value one season before.
std::vector<double> tamed(const std::vector<double>& values, std::size_t season) {
  std::vector<double> changes;
  for (std::size_t t = season; t < values.size(); ++t) {
    const double change = std::fabs(values[t] - values[t - season]);
    if (!std::isnan(change)) changes.push_back(change);
  }
  std::vector<double> result = values;
  if (changes.empty()) return result;
  const auto middle = changes.begin() + static_cast<std::ptrdiff_t>(changes.size() / 2);
  std::nth_element(changes.begin(), middle, changes.end());
  const double limit = kOutlier * 1.4826 * *middle;
  if (!(limit > 0)) return result;
  for (std::size_t t = season; t < values.size(); ++t) {
    const double before = values[t - season];
    if (!std::isnan(values[t] - before)) result[t] = std::clamp(values[t], before - limit, before + limit);
  }
  return result;
}

SmoothingStart<double> start_of(const std::vector<double>& values, const SmoothingForm& form) {
  SmoothingStart<double> start;
  const bool multiplicative = form.season == Season::multiplicative;
  std::vector<double> adjusted = values;
  if (form.season != Season::none) {
    Decomposition parts = decompose(values, form.season_steps, multiplicative);
    start.season = std::move(parts.season);
    adjusted = std::move(parts.adjusted);
  }
  if (form.second_steps > 0) {
    Decomposition parts = decompose(adjusted, form.second_steps, multiplicative);
    start.second = std::move(parts.season);
    adjusted = std::move(parts.adjusted);
  }
  const auto count = static_cast<std::size_t>(std::max(10, form.season_steps));
  const Line line = line_through(adjusted, count);
  start.level =
      form.trend == Trend::none ? line.intercept + line.slope * 0.5 * static_cast<double>(count) : line.intercept;
  start.trend = form.trend == Trend::none ? 0 : line.slope;
  return start;
}

}  // namespace

Evaluation smoother_loss(const std::vector<double>& values, const SmootherFitOptions& options,
                         const SmoothingStart<double>& start, const Eigen::VectorXd& x, bool slopes) {
  Evaluation result;
  result.value = std::numeric_limits<double>::infinity();
  double squares = kErrorMin;
  int count = 0;
  if (!slopes) {
    const bool feasible = walk(values, options, start, smoothing_at<double>(options, x), [&](double e) {
      squares += e * e;
      ++count;
    });
    if (feasible && std::isfinite(squares)) result.value = count * std::log(squares);
    return result;
  }
  using Vector = Eigen::Matrix<double, kParameters, 1>;
  Vector cross = Vector::Zero();
  Eigen::Matrix<double, kParameters, kParameters> curvature = curvature.Zero();
  const bool feasible = walk(values, options, start, smoothing_at<Slopes>(options, x), [&](const Slopes& e) {
    squares += e.value * e.value;
    ++count;
    const Eigen::Map<const Vector> slope(e.slope.data());
    cross += e.value * slope;
    curvature.noalias() += slope * slope.transpose();
  });
  if (!feasible || !std::isfinite(squares)) return result;
  result.value = count * std::log(squares);
  result.gradient = (2 * count / squares * cross).head(x.size());
  result.curvature = (2 * count / squares * curvature).topLeftCorner(x.size(), x.size());
  return result;
}

SmootherFit fit_smoother(const std::vector<double>& values, const SmootherFitOptions& options) {
  const ScaledSeries series = scaled(values);
  SmootherFit fit;
  fit.summary.observations = series.observations;
  if (series.observations == 0) return fit;
  fit.summary.state = FitState::too_short;
  const SmoothingForm& form = options.form;
  const int season = std::max(form.season_steps, form.second_steps);
  const int parameters = parameter_count(options);
  if (series.observations < std::max(2 * season, options.horizon + 2 * parameters)) return fit;
  fit.summary.state = FitState::out_of_domain;
  const bool positive = std::none_of(series.values.begin(), series.values.end(), [](double v) { return v <= 0; });
  if (form.season == Season::multiplicative && !positive) return fit;
  const std::vector<double> y = tamed(series.values, static_cast<std::size_t>(form.season_steps));
  const SmoothingStart<double> start = start_of(y, form);
  Eigen::VectorXd guess = Eigen::VectorXd::Constant(parameters, -1.5);  // shares of about .2
  const Minimum minimum =
      minimise([&](const auto& x, bool slopes) { return smoother_loss(y, options, start, x, slopes); }, guess,
               {.iterations_max = options.iterations_max, .decrease_min = 1e-4});
  if (!std::isfinite(minimum.value)) return fit;
  fit.smoothing = smoothing_at<double>(options, minimum.at);
  double squares = 0;
  int count = 0;
  walk(y, options, start, fit.smoothing, [&](double e) {
    squares += e * e;
    ++count;
  });
  fit.summary.state = series.constant ? FitState::constant : FitState::fitted;
  fit.summary.parameters = parameters;
  fit.summary.iterations = minimum.iterations;
  fit.summary.sigma = std::sqrt(squares / count) * series.unit;
  // Additive states are in the data's unit, multiplicative seasons have none.
  fit.start = start;
  fit.start.level *= series.unit;
  fit.start.trend *= series.unit;
  if (form.season == Season::additive) {
    for (double& s : fit.start.season) s *= series.unit;
    for (double& s : fit.start.second) s *= series.unit;
  }
  return fit;
}

}  // namespace forecasting
