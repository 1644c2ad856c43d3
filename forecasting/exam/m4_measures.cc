// M4's measures as the competition's benchmark code has them: Naïve 2 with the competition's own test of the season,
// then errors in units of the seasonal naive's.
#include "forecasting/exam/m4_measures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace forecasting::exam {
namespace {

double autocorrelation(std::span<const double> values, int lag) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double product = 0, square = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    square += (values[t] - mean) * (values[t] - mean);
    const auto back = static_cast<std::size_t>(lag);
    if (t >= back) product += (values[t] - mean) * (values[t - back] - mean);
  }
  return product / square;
}

/// |r(m)| above 1.645·√((1 + 2·Σ r(k)², k < m) / n).
bool is_seasonal(std::span<const double> train, int season) {
  if (static_cast<int>(train.size()) < 3 * season) return false;
  double sum = 1;
  for (int lag = 1; lag < season; ++lag) sum += 2 * std::pow(autocorrelation(train, lag), 2);
  return std::abs(autocorrelation(train, season)) > 1.645 * std::sqrt(sum / static_cast<double>(train.size()));
}

/// Mean ratios to the centred moving average, by phase from the first value on; their mean is 1.
std::vector<double> seasonal_indices(std::span<const double> train, int season) {
  std::vector<double> ratios(static_cast<std::size_t>(season), 0), counts(ratios);
  const int half = season / 2;
  for (int t = half; t + half < static_cast<int>(train.size()); ++t) {
    const auto window = train.subspan(static_cast<std::size_t>(t - half), static_cast<std::size_t>(season) + 1);
    const double sum = std::accumulate(window.begin(), window.end(), 0.0) - (window.front() + window.back()) / 2;
    const auto phase = static_cast<std::size_t>(t % season);
    ratios[phase] += train[static_cast<std::size_t>(t)] / (sum / season);
    ++counts[phase];
  }
  for (std::size_t i = 0; i < ratios.size(); ++i) ratios[i] /= counts[i];
  const double mean = std::accumulate(ratios.begin(), ratios.end(), 0.0) / season;
  for (double& ratio : ratios) ratio /= mean;
  return ratios;
}

/// The mean absolute change from a season before.
double seasonal_unit(std::span<const double> train, std::size_t season) {
  double sum = 0;
  for (std::size_t t = season; t < train.size(); ++t) sum += std::abs(train[t] - train[t - season]);
  return sum / static_cast<double>(train.size() - season);
}

double smape(std::span<const double> truth, std::span<const double> point) {
  double sum = 0;
  for (std::size_t h = 0; h < truth.size(); ++h) {
    sum += 200 * std::abs(truth[h] - point[h]) / (std::abs(truth[h]) + std::abs(point[h]));
  }
  return sum / static_cast<double>(truth.size());
}

double mean_absolute_error(std::span<const double> truth, std::span<const double> point) {
  double sum = 0;
  for (std::size_t h = 0; h < truth.size(); ++h) sum += std::abs(truth[h] - point[h]);
  return sum / static_cast<double>(truth.size());
}

/// Width from .025 to .975 plus 2/α times the distance of values outside, α = .05.
double mean_interval_score(std::span<const double> truth, const Submission& submission) {
  constexpr double kPenalty = 2 / .05;
  double sum = 0;
  for (std::size_t h = 0; h < truth.size(); ++h) {
    const double lower = submission.quantile(h, .025), upper = submission.quantile(h, .975);
    sum += upper - lower + kPenalty * (std::max(0.0, lower - truth[h]) + std::max(0.0, truth[h] - upper));
  }
  return sum / static_cast<double>(truth.size());
}

}  // namespace

std::vector<double> naive2(std::span<const double> train, int season_steps, int horizon) {
  std::vector<double> indices(static_cast<std::size_t>(season_steps), 1);
  if (is_seasonal(train, season_steps)) indices = seasonal_indices(train, season_steps);
  const auto index = [&](std::size_t t) { return indices[t % indices.size()]; };
  std::vector<double> forecast;
  for (int h = 0; h < horizon; ++h) {
    forecast.push_back(train.back() / index(train.size() - 1) * index(train.size() + static_cast<std::size_t>(h)));
  }
  return forecast;
}

void M4Exam::judge(std::span<const double> train, std::span<const double> truth, const Submission& submission) {
  const double unit = seasonal_unit(train, static_cast<std::size_t>(season_steps_));
  const auto naive = naive2(train, season_steps_, static_cast<int>(truth.size()));
  sums_.smape += smape(truth, submission.point);
  sums_.mase += mean_absolute_error(truth, submission.point) / unit;
  sums_.msis += mean_interval_score(truth, submission) / unit;
  sums_.naive2_smape += smape(truth, naive);
  sums_.naive2_mase += mean_absolute_error(truth, naive) / unit;
  ++sums_.series;
  for (std::size_t h = 0; h < truth.size(); ++h) {
    size_ += std::abs(truth[h]);
    for (std::size_t i = 0; i < kWqlLevels.size(); ++i) {
      const double above = truth[h] - submission.quantile(h, kWqlLevels[i]);
      pinball_[i] += std::max(kWqlLevels[i] * above, (kWqlLevels[i] - 1) * above);
    }
  }
}

M4Result M4Exam::result() const {
  M4Result mean = sums_;
  for (double* sum : {&mean.smape, &mean.mase, &mean.msis, &mean.naive2_smape, &mean.naive2_mase}) *sum /= mean.series;
  mean.owa = (mean.smape / mean.naive2_smape + mean.mase / mean.naive2_mase) / 2;
  for (const double sum : pinball_) mean.wql += 2 * sum / size_ / static_cast<double>(pinball_.size());
  return mean;
}

}  // namespace forecasting::exam
