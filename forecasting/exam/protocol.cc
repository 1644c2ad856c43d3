// Losses of the candidate and of the three baselines on the same targets, summed, and their ratios with bootstrap
// limits. A target that either side left unanswered counts for neither.
#include "forecasting/exam/protocol.h"

#include <algorithm>
#include <cmath>

#include "forecasting/exam/missing.h"

namespace forecasting::exam {
namespace {

double quotient(double over, double under) {
  return under > 0 ? over / under : kMissing;
}

/// The losses of one forecaster on the judged targets; NaN without a forecast or a value.
struct Losses {
  std::array<std::vector<double>, kLevels.size()> pinball;
};

/// `first`: the row of `said` for the first judged value of `values`.
Losses losses_of(const std::vector<double>& values, std::size_t from, const Quantiles& said, Eigen::Index first) {
  Losses losses;
  for (std::size_t q = 0; q < kLevels.size(); ++q) {
    for (std::size_t t = from; t < values.size(); ++t) {
      const double quantile = said(first + static_cast<Eigen::Index>(t - from), static_cast<Eigen::Index>(q));
      losses.pinball[q].push_back(pinball(values[t], quantile, kLevels[q]));  // NaN goes through
    }
  }
  return losses;
}

double sum(const std::vector<double>& losses) {
  double total = 0;
  for (const double loss : losses) total += std::isnan(loss) ? 0 : loss;
  return total;
}

/// Σ own ÷ Σ other where both are.
double ratio(const std::vector<double>& own, const std::vector<double>& other) {
  double over = 0, under = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (std::isnan(own[i]) || std::isnan(other[i])) continue;
    over += own[i];
    under += other[i];
  }
  return quotient(over, under);
}

Ratio ratio_to(const Baseline& baseline, const Losses& own, const std::vector<double>& values, std::size_t from,
               const BootstrapOptions& bootstrap) {
  const Losses other = losses_of(values, from, baseline.quantiles, static_cast<Eigen::Index>(from));
  Ratio result;
  result.form = baseline.form;
  result.half_life_steps = baseline.half_life_steps;
  for (std::size_t q = 0; q < kLevels.size(); ++q) result.pinball[q] = ratio(own.pinball[q], other.pinball[q]);
  result.mae = result.pinball[kMedian];  // the pinball at .5 is half of the absolute error
  result.p95 = ratio_limits(own.pinball[kP95], other.pinball[kP95], bootstrap);
  return result;
}

/// Mean |value − value a season before| on the first half: MASE's unit.
double seasonal_error(const std::vector<double>& values, std::size_t end, int season_steps) {
  double total = 0;
  long count = 0;
  for (auto t = static_cast<std::size_t>(season_steps); t < end; ++t) {
    const double error = std::abs(values[t] - values[t - static_cast<std::size_t>(season_steps)]);
    if (std::isnan(error)) continue;
    total += error;
    ++count;
  }
  return quotient(total, static_cast<double>(count));
}

/// The figures without a baseline.
LeadReport alone(const std::vector<double>& values, std::size_t from, const Losses& own, double unit) {
  LeadReport report;
  double demand = 0;
  for (std::size_t t = from; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    const bool answered = !std::isnan(own.pinball[kMedian][t - from]);
    ++(answered ? report.judged : report.unanswered);
    if (answered) demand += values[t];
  }
  const auto judged = static_cast<double>(report.judged);
  for (std::size_t q = 0; q < kLevels.size(); ++q) {
    const double total = sum(own.pinball[q]);
    report.pinball[q] = quotient(total, judged);
    report.wql += quotient(2 * total, demand) / kLevels.size();
  }
  report.wape = quotient(2 * sum(own.pinball[kMedian]), demand);
  report.mase = quotient(2 * report.pinball[kMedian], unit);
  return report;
}

}  // namespace

int day_steps(Duration step) {
  constexpr Duration kDay = std::chrono::hours(24);
  return static_cast<int>(std::max<std::int64_t>(1, (kDay + step / 2) / step));
}

std::vector<LeadReport> judge(const aia::DemandSeries& series, const Questions& questions, const Rolled& rolled,
                              const ExamOptions& options) {
  const auto& values = series.values;
  const std::size_t from = rolled.judged_from;
  const int day = day_steps(series.step);
  BootstrapOptions bootstrap = options.bootstrap;
  bootstrap.block = day;
  const double unit = seasonal_error(values, from, options.season_steps);
  std::vector<LeadReport> reports;
  for (std::size_t i = 0; i < questions.leads.size(); ++i) {
    const Losses own = losses_of(values, from, rolled.quantiles[i], 0);
    LeadReport report = alone(values, from, own, unit);
    report.lead = questions.leads[i];
    report.coverage = coverage_of(series, questions, rolled, i);
    BaselineOptions baseline;
    baseline.lead = report.lead;
    baseline.season_steps = options.season_steps;
    baseline.window = std::max(3 * day, baseline.min_residuals);
    baseline.chosen_on = from;
    report.last_value = ratio_to(last_value_baseline(values, baseline), own, values, from, bootstrap);
    report.ewma = ratio_to(ewma_baseline(values, baseline), own, values, from, bootstrap);
    report.seasonal_naive = ratio_to(seasonal_naive_baseline(values, baseline), own, values, from, bootstrap);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace forecasting::exam
