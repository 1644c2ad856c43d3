// The exam: a candidate's forecasts of the second half of a series (roll.h), judged per lead time. Figures are the loss
// of the median and of the quantiles, coverage where it matters, and ratios to the three calibrated baselines with
// bootstrap limits. docs/forecasting.md defines every figure. Pure; the caller measures time and CPU.
#pragma once

#include <array>
#include <vector>

#include "forecasting/exam/bootstrap.h"
#include "forecasting/exam/coverage.h"

namespace forecasting::exam {

/// Ratios to one baseline, on the targets that both forecast; NaN without such targets.
struct Ratio {
  double mae = 0;  ///< of the medians
  std::array<double, kLevels.size()> pinball{};
  Limits p95;                  ///< of the P95 pinball ratio
  Form form = Form::Additive;  ///< of the baseline's quantiles, as chosen
  double half_life_steps = 0;  ///< EWMA's, as chosen
};

struct LeadReport {
  int lead = 0;         ///< steps
  long judged = 0;      ///< targets
  long unanswered = 0;  ///< targets without a forecast of the candidate
  double mase = 0;      ///< MAE of the median ÷ MAE of the seasonal naive on the first half (Hyndman and Koehler 2006)
  double wape = 0;      ///< Σ|error of the median| ÷ Σ value
  double wql = 0;       ///< mean over the levels of 2 Σ pinball ÷ Σ value
  std::array<double, kLevels.size()> pinball{};  ///< mean, in the series' unit
  Coverage coverage;
  Ratio last_value, ewma, seasonal_naive;
};

struct ExamOptions {
  int season_steps = 1440;       ///< of the seasonal naive and of MASE, ≥ 1
  BootstrapOptions bootstrap{};  ///< its block is set to a day
};

/// A report per lead time.
std::vector<LeadReport> judge(const aia::DemandSeries& series, const Questions& questions, const Rolled& rolled,
                              const ExamOptions& options);

/// A day, in whole steps, at least one.
int day_steps(Duration step);

}  // namespace forecasting::exam
