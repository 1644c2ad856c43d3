// The baselines that a forecast has to beat: last value, EWMA and seasonal naive. Their quantiles are as well
// calibrated as a forecaster's own, so that a ratio measures knowledge and not calibration. Rolling conformal (Vovk,
// Gammerman and Shafer, "Algorithmic learning in a random world", 2005, ch. 2, on a window): quantiles of the last
// three days of residuals known at the origin. Residuals are differences, added to the point forecast, or ratios,
// multiplied by the point forecast. This form, and the EWMA's half-life, are chosen on the first half by P95 pinball.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "forecasting/exam/levels.h"

namespace forecasting::exam {

/// Row t: quantiles of the value at step t, forecast `lead` steps before; columns as kLevels; NaN: no forecast.
using Quantiles = Eigen::Matrix<double, Eigen::Dynamic, kLevels.size(), Eigen::RowMajor>;

enum class Form { Additive, Multiplicative };

struct BaselineOptions {
  int lead = 1;               ///< steps ahead, ≥ 1
  int season_steps = 0;       ///< of the seasonal naive, ≥ 1 there
  int window = 4320;          ///< residuals in use: three days
  int min_residuals = 50;     ///< with fewer there is no quantile
  std::size_t chosen_on = 0;  ///< form and half-life are chosen on targets before this step: half of the series
};

struct Baseline {
  Quantiles quantiles;
  Form form = Form::Additive;
  double half_life_steps = 0;  ///< of the EWMA
};

/// point[t]: the forecast of step t, made `lead` steps before; NaN: none. A residual counts once its target came.
Baseline calibrated(const std::vector<double>& values, const std::vector<double>& point,
                    const BaselineOptions& options);

/// The newest observed value.
Baseline last_value_baseline(const std::vector<double>& values, const BaselineOptions& options);

/// The exponentially weighted mean; constant in a gap.
Baseline ewma_baseline(const std::vector<double>& values, const BaselineOptions& options);

/// The value whole seasons before the target, as few seasons as are known at the origin. If this value is missing, a
/// season more, up to seven.
Baseline seasonal_naive_baseline(const std::vector<double>& values, const BaselineOptions& options);

}  // namespace forecasting::exam
