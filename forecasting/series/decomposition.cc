// Moving averages by prefix sums, phases by means over their cycles. Gaps leave both sum and count, so that a mean is a
// mean of known values.
#include "forecasting/series/decomposition.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

/// Sums and counts of the first i values, so that any window's mean costs two look-ups.
struct Sums {
  explicit Sums(const std::vector<double>& values) : sum(values.size() + 1), count(values.size() + 1) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool gap = std::isnan(values[i]);
      sum[i + 1] = sum[i] + (gap ? 0 : values[i]);
      count[i + 1] = count[i] + (gap ? 0 : 1);
    }
  }
  std::vector<double> sum;
  std::vector<int> count;
};

/// Phases never seen take the one before them, round the season.
void fill(std::vector<double>& season, double neutral) {
  double carried = kGap;
  for (int round = 0; round < 2; ++round) {
    for (double& phase : season) {
      if (std::isnan(phase)) phase = carried;
      carried = phase;
    }
  }
  for (double& phase : season) {
    if (std::isnan(phase)) phase = neutral;
  }
}

double variance(const std::vector<double>& values) {
  double mean = 0, square = 0;
  int count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    ++count;
    const double off = value - mean;
    mean += off / count;
    square += off * (value - mean);
  }
  return count > 1 ? square / (count - 1) : 0;
}

}  // namespace

std::vector<double> moving_average(const std::vector<double>& values, int window) {
  const auto n = static_cast<int>(values.size());
  const Sums sums(values);
  std::vector<double> trend(values.size(), kGap);
  const int half = window / 2;
  const bool even = window % 2 == 0;
  for (int i = half; i + half < n; ++i) {
    const int from = i - half + (even ? 1 : 0), to = i + half + (even ? 0 : 1);  // whole weights: [from, to)
    double sum = sums.sum[to] - sums.sum[from], weight = sums.count[to] - sums.count[from];
    if (even) {
      for (const int end : {i - half, i + half}) {
        if (std::isnan(values[end])) continue;
        sum += 0.5 * values[end];
        weight += 0.5;
      }
    }
    if (4 * weight >= window) trend[i] = sum / weight;
  }
  // The ends hold the nearest.
  const auto first = std::find_if(trend.begin(), trend.end(), [](double x) { return !std::isnan(x); });
  if (first == trend.end()) return trend;
  std::fill(trend.begin(), first, *first);
  const auto last = std::find_if(trend.rbegin(), trend.rend(), [](double x) { return !std::isnan(x); });
  std::fill(trend.rbegin(), last, *last);
  return trend;
}

Decomposition decompose(const std::vector<double>& values, int season_steps, bool multiplicative) {
  const std::size_t n = values.size(), m = static_cast<std::size_t>(season_steps), half = m / 2;
  Decomposition parts{.trend = moving_average(values, season_steps), .season = std::vector<double>(m)};
  std::vector<double> detrended(n, kGap);
  std::vector<int> seen(m);
  for (std::size_t i = 0; i < n; ++i) {
    detrended[i] = multiplicative ? values[i] / parts.trend[i] : values[i] - parts.trend[i];
    // The ends have no trend of their own: their phase would carry the level's drift.
    if (i < half || i + half >= n || std::isnan(detrended[i])) continue;
    parts.season[i % m] += detrended[i];
    ++seen[i % m];
  }
  for (std::size_t phase = 0; phase < m; ++phase) {
    parts.season[phase] = seen[phase] > 0 ? parts.season[phase] / seen[phase] : kGap;
  }
  fill(parts.season, multiplicative ? 1 : 0);
  double mean = 0;
  for (const double phase : parts.season) mean += phase / static_cast<double>(m);
  for (double& phase : parts.season) phase = multiplicative ? (mean > 0 ? phase / mean : 1) : phase - mean;
  parts.adjusted.resize(n);
  std::vector<double> remainder(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double phase = parts.season[i % m];
    parts.adjusted[i] = multiplicative ? (phase > 0 ? values[i] / phase : kGap) : values[i] - phase;
    remainder[i] = multiplicative ? parts.adjusted[i] / parts.trend[i] : detrended[i] - phase;
  }
  const double with = variance(detrended);
  parts.strength = with > 0 ? std::max(0.0, 1 - variance(remainder) / with) : 0;
  return parts;
}

Line line_through(const std::vector<double>& values, std::size_t count) {
  double n = 0, t_mean = 0, y_mean = 0, tt = 0, ty = 0;
  for (std::size_t i = 0; i < values.size() && n < static_cast<double>(count); ++i) {
    if (std::isnan(values[i])) continue;
    ++n;
    const double t = static_cast<double>(i + 1), t_off = t - t_mean;
    t_mean += t_off / n;
    y_mean += (values[i] - y_mean) / n;
    tt += t_off * (t - t_mean);
    ty += t_off * (values[i] - y_mean);
  }
  const double slope = tt > 0 ? ty / tt : 0;
  return {.intercept = y_mean - slope * t_mean, .slope = slope};
}

}  // namespace forecasting
