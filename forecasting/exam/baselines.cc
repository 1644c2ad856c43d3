// Baselines walk over the origins in order, so that a residual counts only after its target came. Form and half-life
// are chosen on the first half; the second half is forecast with that choice (Vovk, Gammerman and Shafer 2005, ch. 2,
// on a window).
#include "forecasting/exam/baselines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "forecasting/exam/missing.h"
#include "forecasting/exam/rolling_quantiles.h"

namespace forecasting::exam {
namespace {

constexpr double kNought = 1e-12;                                     // a ratio to less than this says nothing
constexpr std::array<double, 7> kHalfLives{0.5, 1, 2, 4, 8, 16, 32};  // steps
constexpr int kSeasonsBack = 7;

/// Walks the origins; `visit(target, point, residuals)` once there are enough residuals and a forecast.
template <class Visit>
void walk(const std::vector<double>& values, const std::vector<double>& point, const BaselineOptions& options,
          Form form, std::size_t targets, Visit visit) {
  RollingQuantiles residuals(static_cast<std::size_t>(options.window));
  const auto lead = static_cast<std::size_t>(options.lead);
  for (std::size_t origin = 0; origin + lead < targets; ++origin) {
    const double residual = form == Form::Additive    ? values[origin] - point[origin]
                            : point[origin] > kNought ? values[origin] / point[origin]
                                                      : kMissing;
    if (!std::isnan(residual)) residuals.add(residual);
    const std::size_t target = origin + lead;
    if (residuals.size() >= static_cast<std::size_t>(options.min_residuals) && !std::isnan(point[target]))
      visit(target, point[target], residuals);
  }
}

double shifted(double point, double residual, Form form) {
  return std::max(0.0, form == Form::Additive ? point + residual : point * residual);
}

/// Mean P95 pinball before `chosen_on`; infinite when nothing could be judged.
double chosen_by(const std::vector<double>& values, const std::vector<double>& point, const BaselineOptions& options,
                 Form form) {
  double sum = 0;
  long judged = 0;
  const auto judge = [&](std::size_t target, double forecast, const RollingQuantiles& residuals) {
    if (std::isnan(values[target])) return;
    sum += pinball(values[target], shifted(forecast, residuals.quantile(kLevels[kP95]), form), kLevels[kP95]);
    ++judged;
  };
  walk(values, point, options, form, std::min(options.chosen_on, values.size()), judge);
  return judged > 0 ? sum / static_cast<double>(judged) : std::numeric_limits<double>::infinity();
}

struct Choice {
  Form form = Form::Additive;
  double loss = 0;
};

Choice choose(const std::vector<double>& values, const std::vector<double>& point, const BaselineOptions& options) {
  const double additive = chosen_by(values, point, options, Form::Additive);
  const double multiplicative = chosen_by(values, point, options, Form::Multiplicative);
  return multiplicative < additive ? Choice{Form::Multiplicative, multiplicative} : Choice{Form::Additive, additive};
}

Baseline calibrated_as(Form form, const std::vector<double>& values, const std::vector<double>& point,
                       const BaselineOptions& options) {
  Baseline baseline;
  baseline.form = form;
  baseline.quantiles.setConstant(static_cast<Eigen::Index>(values.size()), kLevels.size(), kMissing);
  walk(values, point, options, form, values.size(),
       [&](std::size_t target, double forecast, const RollingQuantiles& residuals) {
         for (std::size_t q = 0; q < kLevels.size(); ++q) {
           baseline.quantiles(static_cast<Eigen::Index>(target), static_cast<Eigen::Index>(q)) =
               shifted(forecast, residuals.quantile(kLevels[q]), form);
         }
       });
  return baseline;
}

/// The mean at each origin, `lead` steps later; weight 1 on a new value is the last value.
std::vector<double> smoothed(const std::vector<double>& values, int lead, double weight) {
  std::vector<double> point(values.size(), kMissing);
  double mean = kMissing;
  for (std::size_t t = 0; t + static_cast<std::size_t>(lead) < values.size(); ++t) {
    if (!std::isnan(values[t])) mean = std::isnan(mean) ? values[t] : mean + weight * (values[t] - mean);
    point[t + static_cast<std::size_t>(lead)] = mean;
  }
  return point;
}

}  // namespace

Baseline calibrated(const std::vector<double>& values, const std::vector<double>& point,
                    const BaselineOptions& options) {
  return calibrated_as(choose(values, point, options).form, values, point, options);
}

Baseline last_value_baseline(const std::vector<double>& values, const BaselineOptions& options) {
  return calibrated(values, smoothed(values, options.lead, 1), options);
}

Baseline ewma_baseline(const std::vector<double>& values, const BaselineOptions& options) {
  double half_life = kHalfLives.front();
  std::vector<double> point;
  Choice best{Form::Additive, std::numeric_limits<double>::infinity()};
  for (const double tried : kHalfLives) {
    auto forecast = smoothed(values, options.lead, 1 - std::exp2(-1 / tried));
    const Choice choice = choose(values, forecast, options);
    if (!point.empty() && choice.loss >= best.loss) continue;
    best = choice;
    half_life = tried;
    point = std::move(forecast);
  }
  auto baseline = calibrated_as(best.form, values, point, options);
  baseline.half_life_steps = half_life;
  return baseline;
}

Baseline seasonal_naive_baseline(const std::vector<double>& values, const BaselineOptions& options) {
  const auto season = static_cast<std::size_t>(options.season_steps);
  const std::size_t nearest = (static_cast<std::size_t>(options.lead) + season - 1) / season;
  std::vector<double> point(values.size(), kMissing);
  for (std::size_t t = 0; t < values.size(); ++t) {
    for (std::size_t back = nearest; back < nearest + kSeasonsBack && back * season <= t; ++back) {
      point[t] = values[t - back * season];
      if (!std::isnan(point[t])) break;
    }
  }
  return calibrated(values, point, options);
}

}  // namespace forecasting::exam
