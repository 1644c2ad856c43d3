// Bundles of steps are averaged, the means are forecast in batch, and quantiles of single steps add the steps'
// deviations from their bundle's mean. The two errors are treated as independent: their squares add up.
#include "cli/far_ahead.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "forecasting/batch/forecast.h"
#include "forecasting/batch/lags.h"
#include "forecasting/exam/season_choice.h"

namespace aia {
namespace {

namespace batch = forecasting::batch;
using forecasting::Fan;

constexpr int kMainSteps = 288;      // bundles in the main season, at most: a day of five minutes
constexpr int kLongestSteps = 2016;  // bundles in the longest season, at most: a week of five minutes
constexpr int kFewestLooked = 4096;  // bundles of history, if the series has as many

int parts(int steps, int of) {
  return (steps + of - 1) / of;
}

/// Steps per bundle: as few as the limits allow. Up to eight times as many, if all seasons are then whole numbers of
/// bundles.
int bundle_of(const std::vector<int>& seasons, Millis step) {
  if (seasons.empty()) return 1;
  const int least =
      std::max(parts(forecasting::exam::main_season(seasons, step), kMainSteps), parts(seasons.back(), kLongestSteps));
  for (int bundle = least; bundle <= 8 * least; ++bundle) {
    const auto whole = [bundle](int season) { return season % bundle == 0; };
    if (std::all_of(seasons.begin(), seasons.end(), whole)) return bundle;
  }
  return least;
}

/// The series in bundles; the last bundle ends with the series.
struct Bundles {
  std::vector<double> means;   ///< NaN where no value is known; the first mean is always known
  std::vector<double> strays;  ///< ascending: known values ÷ the mean of their bundle − 1
};

Bundles bundles_of(std::span<const double> values, std::size_t bundle, std::size_t most) {
  Bundles bundles;
  const std::size_t count = std::min(values.size() / bundle, most);
  values = values.last(count * bundle);
  for (; !values.empty(); values = values.subspan(bundle)) {
    double sum = 0;
    std::size_t known = 0;
    for (const double value : values.first(bundle)) {
      if (std::isnan(value)) continue;
      sum += value;
      ++known;
    }
    const double mean = sum / static_cast<double>(known);  // NaN for none
    const bool begun = known > 0 || !bundles.means.empty();
    if (begun) bundles.means.push_back(mean);
    if (known < 2 || mean == 0) continue;
    for (const double value : values.first(bundle)) {
      if (!std::isnan(value)) bundles.strays.push_back(value / mean - 1);
    }
  }
  std::sort(bundles.strays.begin(), bundles.strays.end());
  return bundles;
}

double stray(const Bundles& bundles, double level) {
  if (bundles.strays.empty()) return 0;
  return bundles.strays[static_cast<std::size_t>(level * static_cast<double>(bundles.strays.size()))];
}

/// Quantile of a single step within the bundle forecast at `index`. Errors of the bundle and deviations within the
/// bundle add up as independent errors do. Rises with the level.
double quantile(const batch::Forecast& forecast, const Bundles& bundles, std::size_t index, double level) {
  const double median = forecast.quantile(index, 0.5);
  const double middle = stray(bundles, 0.5);
  const double error = forecast.quantile(index, level) - median;
  const double within = median * (stray(bundles, level) - middle);
  return std::max(0.0, median * (1 + middle) + std::copysign(std::hypot(error, within), level - 0.5));
}

/// Knots in the middle of the bundles, and at the first step.
Fan fan_of(const batch::Forecast& forecast, const Bundles& bundles, const DemandSeries& series, int bundle,
           const std::vector<double>& levels) {
  Fan fan;
  fan.origin = series.at(series.values.size() - 1);
  fan.levels = levels;
  const auto middle = [&](std::size_t index) {
    return static_cast<std::int64_t>(index + 1) * bundle * series.step - (bundle - 1) * series.step / 2;
  };
  const bool extra = middle(0) > series.step;  // a knot at the first step, with the first bundle's quantiles
  fan.values = forecasting::Matrix(forecast.point.size() + (extra ? 1 : 0), levels.size());
  for (std::size_t row = 0; row < fan.values.rows(); ++row) {
    const std::size_t index = extra && row > 0 ? row - 1 : row;
    fan.offsets.push_back(extra && row == 0 ? series.step : middle(index));
    for (std::size_t q = 0; q < levels.size(); ++q) fan.values(row, q) = quantile(forecast, bundles, index, levels[q]);
  }
  fan.latest = quantile(forecast, bundles, 0, 0.5);
  return fan;
}

}  // namespace

FarAhead far_ahead(const DemandSeries& series, const std::vector<int>& seasons, int horizon,
                   const std::vector<double>& levels) {
  const int bundle = bundle_of(seasons, series.step);
  batch::Options options{.horizon = parts(horizon + bundle, bundle), .seasons = {}};
  for (const int season : seasons) options.seasons.push_back(std::max(2, (season + bundle / 2) / bundle));
  const int longest = options.seasons.empty() ? 0 : options.seasons.back();
  options.history = std::max(kFewestLooked, 3 * longest + kMainSteps);
  const auto bundles =
      bundles_of(series.values, static_cast<std::size_t>(bundle), static_cast<std::size_t>(options.history));
  const auto forecast = batch::forecast(bundles.means, options);
  FarAhead far;
  far.look = bundle * series.step;
  far.error = forecast.error;
  if (!far.ok()) return far;
  far.fan = fan_of(forecast, bundles, series, bundle, levels);
  const auto used = batch::usable(options.seasons, static_cast<int>(bundles.means.size()));
  for (std::size_t i = 0; i < seasons.size(); ++i) {
    if (options.seasons[i] == used.shortest || options.seasons[i] == used.longest) far.seasons.push_back(seasons[i]);
  }
  return far;
}

}  // namespace aia
