// Fitting theta: the trend line by least squares, then level, smoothing and theta by exact slopes of the squared error
// (Fiorucci et al., Int. J. Forecasting 32, 2016, 1151-1161). The season is taken out before, where its autocorrelation
// is significant.
#include "forecasting/classic/theta.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "forecasting/classic/dual.h"
#include "forecasting/classic/minimise.h"
#include "forecasting/series/autocorrelation.h"
#include "forecasting/series/unit.h"

namespace forecasting {
namespace {

constexpr double kSignificance = 1.645;  // two-sided 90 %
constexpr double kAlphaMin = 0.01, kAlphaMax = 0.99;
constexpr double kWeightMax = 0.99;  // θ = 100: hardly different from a trend line plus smoothing of the rest
constexpr double kLeastError = 1e-30;
using ThetaSlopes = Dual<3>;

/// Whether the autocorrelation at the season exceeds Bartlett's bound given the shorter lags.
bool seasonal(const std::vector<double>& values, int season_steps, int observations) {
  const std::vector<double> r = autocorrelation(values, season_steps);
  double squares = 0;
  for (std::size_t lag = 1; lag + 1 < r.size(); ++lag) squares += r[lag] * r[lag];
  return std::fabs(r.back()) > kSignificance * std::sqrt((1 + 2 * squares) / observations);
}

/// One pass: calls `visit(error)` at every observation and returns the last level.
template <typename Scalar, typename Visit>
Scalar smooth(const std::vector<double>& values, const Line& line, Scalar level, const Scalar& alpha,
              const Scalar& weight, const Visit& visit) {
  double at = line.intercept;
  for (const double value : values) {
    at += line.slope;
    if (std::isnan(value)) continue;
    const Scalar error = Scalar(value) - level - weight * Scalar(at);
    visit(error);
    level += alpha * error;
  }
  return level;
}

class Problem {
 public:
  Problem(const std::vector<double>& values, const Line& line, bool optimised)
      : values_(values), line_(line), optimised_(optimised) {}

  [[nodiscard]] Eigen::VectorXd first_guess() const {
    const auto first = std::find_if(values_.begin(), values_.end(), [](double v) { return !std::isnan(v); });
    Eigen::VectorXd x = Eigen::VectorXd::Zero(optimised_ ? 3 : 2);
    x(0) = *first / 2;
    return x;
  }

  /// Level, α and ω at x.
  template <typename Scalar>
  void read(const Eigen::VectorXd& x, Scalar& level, Scalar& alpha, Scalar& weight) const {
    const auto at = [&](Eigen::Index i) {
      if constexpr (std::is_same_v<Scalar, double>) {
        return x(i);
      } else {
        return Scalar::parameter(x(i), static_cast<std::size_t>(i));
      }
    };
    level = at(0);
    alpha = within(kAlphaMin, kAlphaMax, at(1));
    weight = optimised_ ? within(0, kWeightMax, at(2)) : Scalar(0.5);
  }

  [[nodiscard]] Evaluation evaluate(const Eigen::VectorXd& x, bool slopes) const {
    Evaluation result{.value = std::numeric_limits<double>::infinity()};
    double squares = kLeastError;
    int count = 0;
    if (!slopes) {
      double level, alpha, weight;
      read(x, level, alpha, weight);
      smooth(values_, line_, level, alpha, weight, [&](double e) { squares += e * e, ++count; });
      if (std::isfinite(squares)) result.value = count * std::log(squares);
      return result;
    }
    ThetaSlopes level, alpha, weight;
    read(x, level, alpha, weight);
    Eigen::Vector3d cross = Eigen::Vector3d::Zero();
    Eigen::Matrix3d curvature = Eigen::Matrix3d::Zero();
    smooth(values_, line_, level, alpha, weight, [&](const ThetaSlopes& e) {
      squares += e.value * e.value;
      ++count;
      const Eigen::Map<const Eigen::Vector3d> slope(e.slope.data());
      cross += e.value * slope;
      curvature += slope * slope.transpose();
    });
    if (!std::isfinite(squares)) return result;
    result.value = count * std::log(squares);
    result.gradient = (2 * count / squares * cross).head(x.size());
    result.curvature = (2 * count / squares * curvature).topLeftCorner(x.size(), x.size());
    return result;
  }

 private:
  const std::vector<double>& values_;
  Line line_;
  bool optimised_;
};

}  // namespace

void Theta::update(double value, Sample sample) {
  if (!summary_.ok()) return;
  const double expected = adjusted(1), season = index(1);
  ++seen_;
  const double error = (season_ == Season::multiplicative ? value / season : value - season) - expected;
  if (!std::isfinite(error) || (sample == Sample::at_least && error < 0)) return;
  level_ += parameters_.alpha * error;
}

Prediction Theta::forecast(int steps) const {
  Prediction prediction;
  if (!summary_.ok()) return prediction;
  for (int h = 1; h <= steps; ++h) {
    const double season = index(h), base = adjusted(h);
    const bool scales = season_ == Season::multiplicative;
    const double deviation = summary_.sigma * std::sqrt(1 + (h - 1) * parameters_.alpha * parameters_.alpha);
    prediction.mean.push_back(scales ? base * season : base + season);
    prediction.deviation.push_back(scales ? deviation * season : deviation);
  }
  return prediction;
}

double Theta::adjusted(int steps) const {
  return level_ +
         weight_ * (line_.intercept + line_.slope * static_cast<double>(seen_ + static_cast<std::size_t>(steps)));
}

double Theta::index(int steps) const {
  if (season_ == Season::none) return 0;
  return indices_[(seen_ + static_cast<std::size_t>(steps - 1)) % indices_.size()];
}

Theta Theta::filter(const std::vector<double>& values, const ThetaParameters& parameters) {
  Theta model;
  model.parameters_ = parameters;
  model.weight_ = 1 - 1 / parameters.theta;
  model.line_ = line_through(values, values.size());
  model.seen_ = values.size();
  double squares = 0;
  model.level_ = smooth(values, model.line_, parameters.level, parameters.alpha, model.weight_, [&](double error) {
    squares += error * error;
    ++model.summary_.observations;
  });
  if (model.summary_.observations == 0) return model;
  const double n = model.summary_.observations;
  model.summary_.sigma = std::sqrt(squares / n);
  model.summary_.state = std::isfinite(squares) ? FitState::fitted : FitState::out_of_domain;
  model.summary_.log_likelihood = -0.5 * n * (std::log(2 * M_PI * squares / n) + 1);
  return model;
}

Theta fit_theta(const std::vector<double>& values, const ThetaOptions& options) {
  ScaledSeries series = scaled(values);
  Theta model;
  model.summary_.observations = series.observations;
  if (series.observations == 0) return model;
  const int parameters = options.optimised ? 6 : 5;  // ℓ₀, α, θ, A, B, σ²
  if (series.constant) {
    model.level_ =
        series.unit * *std::find_if(series.values.begin(), series.values.end(), [](double v) { return v == v; });
    model.weight_ = 0;
    model.summary_.state = FitState::constant;
    model.summary_.sigma = 0;
    return model;
  }
  model.summary_.state = FitState::too_short;
  if (series.observations < parameters) return model;
  Season season = options.season.value_or(Season::none);
  const int m = options.season_steps;
  const bool room = m > 1 && series.observations >= 2 * m;
  const bool positive = std::none_of(series.values.begin(), series.values.end(), [](double v) { return v <= 0; });
  if (!options.season && room && seasonal(series.values, m, series.observations)) {
    season = positive ? Season::multiplicative : Season::additive;
  }
  if (season != Season::none && !room) return model;
  if (season == Season::multiplicative && !positive) {
    model.summary_.state = FitState::out_of_domain;
    return model;
  }
  std::vector<double> indices;
  if (season != Season::none) {
    Decomposition parts = decompose(series.values, m, season == Season::multiplicative);
    series.values = std::move(parts.adjusted);
    indices = std::move(parts.season);
  }
  const Problem problem(series.values, line_through(series.values, series.values.size()), options.optimised);
  const Minimum minimum =
      minimise([&](const auto& x, bool slopes) { return problem.evaluate(x, slopes); }, problem.first_guess());
  model.summary_.state = FitState::out_of_domain;
  if (!std::isfinite(minimum.value)) return model;
  double level, alpha, weight;
  problem.read(minimum.at, level, alpha, weight);
  model = Theta::filter(series.values, {.level = level, .alpha = alpha, .theta = 1 / (1 - weight)});
  model.season_ = season;
  model.indices_ = std::move(indices);
  model.summary_.parameters = parameters + (season == Season::none ? 0 : m - 1);
  model.summary_.iterations = minimum.iterations;
  // Back from the fit's unit.
  const double unit = series.unit;
  model.parameters_.level *= unit;
  model.level_ *= unit;
  model.line_ = {.intercept = unit * model.line_.intercept, .slope = unit * model.line_.slope};
  model.summary_.sigma *= unit;
  model.summary_.log_likelihood -= model.summary_.observations * std::log(unit);
  if (season == Season::additive) {
    for (double& index : model.indices_) index *= unit;
  }
  model.summary_.aicc = aicc(model.summary_.log_likelihood, model.summary_.parameters, model.summary_.observations);
  return model;
}

}  // namespace forecasting
