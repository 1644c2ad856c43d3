// What a forecast has to beat: last value, EWMA and seasonal naive, each with quantiles as honest as a forecaster's
// own, so that a ratio measures knowledge and not calibration. Rolling conformal (Vovk, Gammerman and Shafer,
// "Algorithmic learning in a random world", 2005, ch. 2, on a window): the quantiles of the residuals of three days
// that are known at the origin, added to the point forecast or, of ratios, multiplied by it. The form, and the EWMA's
// half-life, are chosen on the first half by P95 pinball.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "forecasting/exam/levels.h"

namespace forecasting::exam {

/// One row a step, row t: quantiles of the value at step t as seen `lead` steps before, columns as kLevels; NaN: none.
using Quantiles = Eigen::Matrix<double, Eigen::Dynamic, kLevels.size(), Eigen::RowMajor>;

enum class Form { Additive, Multiplicative };

struct BaselineOptions {
  int lead = 1;               ///< steps ahead, ≥ 1
  int season_steps = 0;       ///< of the seasonal naive, ≥ 1 there
  int window = 4320;          ///< residuals that count: three days
  int min_residuals = 50;     ///< below it there is no quantile
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

/// The exponentially weighted mean; in a gap it stays.
Baseline ewma_baseline(const std::vector<double>& values, const BaselineOptions& options);

/// The value whole seasons before the target, as few as are known at the origin; missing: one season more, up to seven.
Baseline seasonal_naive_baseline(const std::vector<double>& values, const BaselineOptions& options);

}  // namespace forecasting::exam
