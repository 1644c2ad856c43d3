// Counts the targets covered by their quantiles, in one pass for each lead time. Ramps are the tenth of targets with
// the largest forecast rise, so that ramps are known at the origin and not picked afterwards.
#include "forecasting/exam/coverage.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "forecasting/exam/missing.h"

namespace forecasting::exam {
namespace {

std::size_t hour_of(TimePoint at) {
  const auto hours = std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
  return static_cast<std::size_t>((hours % 24 + 24) % 24);
}

/// Predicted median less the newest value at the origin, per judged step; NaN without a forecast or a value.
std::vector<double> ramps(const aia::DemandSeries& series, const Quantiles& quantiles, std::size_t from,
                          std::size_t lead) {
  std::vector<double> ramps(series.values.size() - from, kMissing);
  double newest = kMissing;
  for (std::size_t target = lead; target < series.values.size(); ++target) {
    const double value = series.values[target - lead];
    if (!std::isnan(value)) newest = value;
    if (target < from || std::isnan(series.values[target])) continue;
    ramps[target - from] = quantiles(static_cast<Eigen::Index>(target - from), kMedian) - newest;
  }
  return ramps;
}

/// From which ramp on a target is in the top tenth; infinite when there is none.
double top_tenth(std::vector<double> ramps) {
  ramps.erase(std::remove_if(ramps.begin(), ramps.end(), [](double ramp) { return std::isnan(ramp); }), ramps.end());
  if (ramps.empty()) return std::numeric_limits<double>::infinity();
  const auto at = ramps.begin() + static_cast<std::ptrdiff_t>(ramps.size() * 9 / 10);
  std::nth_element(ramps.begin(), at, ramps.end());
  return *at;
}

/// The largest value of steps from..from + window; NaN when a value is missing or lies behind the end.
double realised_max(const std::vector<double>& values, std::size_t from, int window) {
  const std::size_t end = from + static_cast<std::size_t>(window) + 1;
  if (end > values.size()) return kMissing;
  double largest = 0;
  for (std::size_t t = from; t < end; ++t) {
    if (std::isnan(values[t])) return kMissing;
    largest = std::max(largest, values[t]);
  }
  return largest;
}

void count_windows(const std::vector<double>& values, const std::vector<int>& windows, const Rolled& rolled,
                   std::size_t lead, Coverage& coverage) {
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const auto& said = rolled.maxima[lead][w];
    for (Eigen::Index row = 0; row < said.rows(); ++row) {
      const double came = realised_max(values, rolled.judged_from + static_cast<std::size_t>(row), windows[w]);
      for (std::size_t q = 0; q < kWindowLevels.size(); ++q) {
        const double quantile = said(row, static_cast<Eigen::Index>(q));
        if (!std::isnan(came) && !std::isnan(quantile)) coverage.windows[w][q].add(came <= quantile);
      }
    }
  }
}

}  // namespace

double Tally::share() const {
  return judged > 0 ? static_cast<double>(covered) / static_cast<double>(judged) : kMissing;
}

void Coverage::add(const Coverage& other) {
  for (std::size_t q = 0; q < mean.size(); ++q) mean[q].add(other.mean[q]);
  for (std::size_t hour = 0; hour < by_hour.size(); ++hour) by_hour[hour].add(other.by_hour[hour]);
  ramp_decile.add(other.ramp_decile);
  windows.resize(std::max(windows.size(), other.windows.size()));
  for (std::size_t w = 0; w < other.windows.size(); ++w) {
    for (std::size_t q = 0; q < kWindowLevels.size(); ++q) windows[w][q].add(other.windows[w][q]);
  }
}

double Coverage::worst_hour() const {
  double worst = kMissing;
  for (const Tally& hour : by_hour) {
    if (hour.judged < kLeastAnHour) continue;
    const bool worse = std::isnan(worst) || std::abs(hour.share() - kLevels[kP90]) > std::abs(worst - kLevels[kP90]);
    if (worse) worst = hour.share();
  }
  return worst;
}

Coverage coverage_of(const aia::DemandSeries& series, const Questions& questions, const Rolled& rolled,
                     std::size_t lead) {
  Coverage coverage;
  coverage.windows.resize(questions.windows.size());
  const Quantiles& said = rolled.quantiles[lead];
  const auto ramp = ramps(series, said, rolled.judged_from, static_cast<std::size_t>(questions.leads[lead]));
  const double steep = top_tenth(ramp);
  for (Eigen::Index row = 0; row < said.rows(); ++row) {
    const std::size_t target = rolled.judged_from + static_cast<std::size_t>(row);
    const double came = series.values[target];
    if (std::isnan(came) || std::isnan(said(row, kMedian))) continue;
    for (std::size_t q = 0; q < kLevels.size(); ++q)
      coverage.mean[q].add(came <= said(row, static_cast<Eigen::Index>(q)));
    const bool covered = came <= said(row, kP90);
    coverage.by_hour[hour_of(series.at(target))].add(covered);
    if (ramp[static_cast<std::size_t>(row)] >= steep) coverage.ramp_decile.add(covered);
  }
  count_windows(series.values, questions.windows, rolled, lead, coverage);
  return coverage;
}

}  // namespace forecasting::exam
