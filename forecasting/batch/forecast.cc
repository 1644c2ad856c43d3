// The batch forecast in order: checks, logs, gaps filled, level removed, members fitted, weighed by their errors at
// past origins, combined, spread. A member far outside the range of the logs is clipped before its errors count, so
// that no explosion decides a weight.
#include "forecasting/batch/forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "forecasting/batch/members.h"

namespace forecasting::batch {
namespace {

constexpr int kOrigins = 21;        // at which members are weighed; with 42 the same
constexpr int kNeighbours = 3;      // steps on either side with shared errors when the spread is estimated
constexpr double kMargin = .5;      // of the logs' range: how far a member may leave the range
constexpr double kNoError = 1e-12;  // an error of logs below this counts as none

std::string refusal(std::span<const double> series, const Options& options) {
  if (options.horizon < 1 || options.horizon > kLongest) {
    return "horizon must be 1 to " + std::to_string(kLongest) + " steps, is " + std::to_string(options.horizon);
  }
  if (options.history < kFewest) return "history must be " + std::to_string(kFewest) + " values or more";
  for (const int season : options.seasons) {
    if (season < 2) return "a season must be 2 steps or more, is " + std::to_string(season);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (std::isinf(series[i])) return "value " + std::to_string(i + 1) + " is infinite";
  }
  const auto known = std::count_if(series.begin(), series.end(), [](double value) { return !std::isnan(value); });
  if (known < kFewest) {
    return "needs " + std::to_string(kFewest) + " values or more, has " + std::to_string(known);
  }
  return "";
}

/// The newest `history` values, from the first known value.
std::span<const double> newest(std::span<const double> series, int history) {
  series = series.last(std::min(series.size(), static_cast<std::size_t>(history)));
  const auto first = std::find_if(series.begin(), series.end(), [](double value) { return !std::isnan(value); });
  return series.subspan(static_cast<std::size_t>(first - series.begin()));
}

/// Ascending: past ones over the longest season or twice the horizon, at most a third of the values; the last is now.
std::vector<int> origins_of(int size, int season, int horizon) {
  const int span = std::min(std::max(season, 2 * horizon), size / 3);
  const int every = std::max(1, span / kOrigins);
  std::vector<int> origins;
  for (int back = span / every * every; back >= 0; back -= every) origins.push_back(size - back);
  return origins;
}

/// |forecast − value| of logs; NaN where the value is missing or not yet there.
Paths errors_of(const Paths& paths, std::span<const double> logs, std::span<const int> origins) {
  Paths errors = Paths::Constant(paths.rows(), paths.cols(), std::numeric_limits<double>::quiet_NaN());
  for (Eigen::Index i = 0; i < paths.cols(); ++i) {
    const auto origin = static_cast<std::size_t>(origins[static_cast<std::size_t>(i)]);
    for (Eigen::Index h = 0; h < paths.rows() && origin + static_cast<std::size_t>(h) < logs.size(); ++h) {
      errors(h, i) = std::abs(paths(h, i) - logs[origin + static_cast<std::size_t>(h)]);
    }
  }
  return errors;
}

/// Mean of the errors that are not NaN; unset when all are NaN.
template <class Errors>
std::optional<double> mean_known(const Errors& errors) {
  const auto known = !errors.array().isNaN();
  const auto count = known.count();
  if (count == 0) return std::nullopt;
  return known.select(errors.array(), 0).sum() / static_cast<double>(count);
}

Paths combined(const std::vector<Paths>& members, std::span<const double> logs, std::span<const int> origins) {
  Paths sum = Paths::Zero(members[0].rows(), members[0].cols());
  double weights = 0;
  for (const Paths& member : members) {
    const double error = mean_known(errors_of(member, logs, origins)).value_or(1) + kNoError;
    sum += member / (error * error);
    weights += 1 / (error * error);
  }
  return sum / weights;
}

/// Mean absolute errors per step. Where no error is known, the last known mean grows with the root of time.
std::vector<double> spread_of(const Paths& errors) {
  std::vector<double> spread;
  double last = 0;
  Eigen::Index last_at = 0;
  for (Eigen::Index h = 0; h < errors.rows(); ++h) {
    const Eigen::Index from = std::max<Eigen::Index>(0, h - kNeighbours);
    const Eigen::Index to = std::min(errors.rows(), h + kNeighbours + 1);
    if (const auto mean = mean_known(errors.middleRows(from, to - from))) {
      last = *mean;
      last_at = h;
    }
    spread.push_back(last * std::sqrt(static_cast<double>(h + 1) / static_cast<double>(last_at + 1)));
  }
  return spread;
}

}  // namespace

double Forecast::quantile(std::size_t step, double level) const {
  const double tail = -std::log(1 - 2 * std::abs(level - .5));
  return scale_.value(logs_[step] + std::copysign(tail, level - .5) * spread_[step]);
}

Forecast forecast(std::span<const double> series, const Options& options) {
  Forecast result;
  result.error = refusal(series, options);
  if (!result.ok()) return result;
  series = newest(series, options.history);
  if (series.empty()) {
    result.error = "all of the newest " + std::to_string(options.history) + " values are missing";
    return result;
  }
  const int size = static_cast<int>(series.size());
  const Seasons seasons = usable(options.seasons, size);
  result.scale_ = LogScale(series);
  std::vector<double> logs;
  for (const double value : series) logs.push_back(result.scale_.log(value));
  std::vector<double> centred = filled(logs, std::vector{seasons.longest, seasons.shortest});
  const auto [lowest, highest] = std::minmax_element(centred.begin(), centred.end());
  const double low = *lowest, high = *highest;
  // Regressions return to this level: the mean of the last two seasons, not of all values.
  const int level_steps = seasons.longest > 0 ? 2 * seasons.longest : size;
  const double level = std::accumulate(centred.end() - level_steps, centred.end(), 0.0) / level_steps;
  for (double& log : centred) log -= level;
  for (double& log : logs) log -= level;

  const auto origins = origins_of(size, seasons.longest, options.horizon);
  const Task task{centred, seasons, origins, options.horizon};
  const LagSums sums(centred, reach_of(task));
  std::vector<Paths> members = profile_paths(task);
  members.push_back(autoregressive_paths(task, sums));
  members.push_back(direct_paths(task, sums));
  const double margin = kMargin * (high - low);
  for (Paths& member : members) {
    member = member.cwiseMax(low - margin - level).cwiseMin(high + margin - level);
  }
  const Paths paths = combined(members, logs, origins);
  result.spread_ = spread_of(errors_of(paths, logs, origins));
  for (const double log : paths.rightCols(1).reshaped()) {
    result.logs_.push_back(log + level);
    result.point.push_back(result.scale_.value(result.logs_.back()));
  }
  return result;
}

}  // namespace forecasting::batch
