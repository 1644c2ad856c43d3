// The stepwise search for orders (Hyndman and Khandakar, J. Stat. Softw. 27(3), 2008, section 3). Each order is tried
// once, and models are compared on the same differences, so that AICc is comparable.
#include "forecasting/classic/arima_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "forecasting/series/decomposition.h"
#include "forecasting/series/unit.h"

namespace forecasting {
namespace {

constexpr double kStrongSeason = 0.64;
constexpr double kKpssLimit = 0.463;  // 5 %
constexpr int kShortSeason = 24;      // steps: beyond it one seasonal coefficient each is enough to look for

/// A stepwise search: every model is tried once.
class Search {
 public:
  Search(const std::vector<double>& values, int observations, const ArimaOrderOptions& options, bool constant_allowed)
      : values_(values), observations_(observations), options_(options), constant_allowed_(constant_allowed) {}

  /// Fits this order once; true: the best model so far.
  bool try_order(const ArimaOrder& order) {
    const int seasonal_max = order.season_steps < 2 ? 0 : order.season_steps > kShortSeason ? 1 : options_.seasonal_max;
    const bool in_range =
        std::min({order.p, order.q, order.seasonal_p, order.seasonal_q}) >= 0 &&
        std::max(order.p, order.q) <= options_.order_max &&
        std::max(order.seasonal_p, order.seasonal_q) <= std::min(seasonal_max, options_.seasonal_max) &&
        (constant_allowed_ || !order.constant);
    // Orders of a whole season or more are left to the seasonal factor.
    const bool overlaps = order.season_steps > 1 && std::max(order.p, order.q) >= order.season_steps;
    if (!in_range || overlaps || std::find(tried_.begin(), tried_.end(), order) != tried_.end()) return false;
    if (static_cast<int>(tried_.size()) >= options_.models_max) return false;
    tried_.push_back(order);
    const Arima model = fit_arima(values_, {.order = order, .method = ArimaMethod::css, .iterations_max = 20});
    if (!model.summary().ok()) return false;
    const double criterion = comparable(model);
    if (!(criterion < best_criterion_)) return false;
    best_criterion_ = criterion;
    best = order;
    return true;
  }

  /// Tries the orders around the best model until none is better.
  void walk() {
    for (bool better = true; better;) {
      better = false;
      for (const std::array<int, 4>& move : kMoves) {
        ArimaOrder order = best;
        order.p += move[0];
        order.q += move[1];
        order.seasonal_p += move[2];
        order.seasonal_q += move[3];
        better = try_order(order) || better;
      }
      ArimaOrder order = best;
      order.constant = !order.constant;
      better = try_order(order) || better;
    }
  }

  ArimaOrder best;

 private:
  static constexpr std::array<std::array<int, 4>, 16> kMoves{{{1, 0, 0, 0},
                                                              {-1, 0, 0, 0},
                                                              {0, 1, 0, 0},
                                                              {0, -1, 0, 0},
                                                              {0, 0, 1, 0},
                                                              {0, 0, -1, 0},
                                                              {0, 0, 0, 1},
                                                              {0, 0, 0, -1},
                                                              {1, 1, 0, 0},
                                                              {-1, -1, 0, 0},
                                                              {1, -1, 0, 0},
                                                              {-1, 1, 0, 0},
                                                              {0, 0, 1, 1},
                                                              {0, 0, -1, -1},
                                                              {0, 0, 1, -1},
                                                              {0, 0, -1, 1}}};

  /// AICc over a common number of residuals: CSS drops the first p + Pm, which would favour long orders.
  double comparable(const Arima& model) {
    const FitSummary& summary = model.summary();
    if (summary.state == FitState::constant) return -std::numeric_limits<double>::max();
    const double per_step = summary.log_likelihood / summary.observations;
    return aicc(per_step * observations_, summary.parameters, observations_);
  }

  const std::vector<double>& values_;
  int observations_;  ///< of the differenced series
  const ArimaOrderOptions& options_;
  bool constant_allowed_;
  std::vector<ArimaOrder> tried_;
  double best_criterion_ = std::numeric_limits<double>::infinity();
};

std::vector<double> differences(const std::vector<double>& values, int lag) {
  return filtered({{lag, -1}}, values);
}

}  // namespace

double kpss(const std::vector<double>& values) {
  std::vector<double> e;
  for (const double value : values) {
    if (std::isfinite(value)) e.push_back(value);
  }
  const auto n = static_cast<double>(e.size());
  if (e.size() < 3) return 0;
  double mean = 0, sum = 0, sums = 0;
  for (const double value : e) mean += value / n;
  for (double& value : e) {
    value -= mean;
    sum += value;
    sums += sum * sum;
  }
  const auto lags = static_cast<std::size_t>(3 * std::sqrt(n) / 13);
  double variance = 0;
  for (std::size_t lag = 0; lag <= lags; ++lag) {
    double product = 0;
    for (std::size_t t = lag; t < e.size(); ++t) product += e[t] * e[t - lag];
    variance += (lag == 0 ? 1 : 2 * (1 - static_cast<double>(lag) / static_cast<double>(lags + 1))) * product;
  }
  return variance > 0 ? sums / (n * variance) : 0;
}

int seasonal_differences(const std::vector<double>& values, int season_steps) {
  if (season_steps < 2 || values.size() < 2 * static_cast<std::size_t>(season_steps)) return 0;
  return decompose(values, season_steps, false).strength > kStrongSeason ? 1 : 0;
}

int plain_differences(const std::vector<double>& values) {
  std::vector<double> w = values;
  int d = 0;
  while (d < 2 && kpss(w) > kKpssLimit) {
    w = differences(w, 1);
    ++d;
  }
  return d;
}

Arima fit_auto_arima(const std::vector<double>& values, const ArimaOrderOptions& options) {
  const ScaledSeries series = scaled(values);
  ArimaOrder order{.season_steps = options.season_steps};
  if (series.observations < 2 * order.season_steps) order.season_steps = 1;
  order.seasonal_d = seasonal_differences(series.values, order.season_steps);
  order.d = plain_differences(order.seasonal_d > 0 ? differences(series.values, order.season_steps) : series.values);
  if (order.d + order.seasonal_d > 2) order.d = 1;
  const bool constant = order.d + order.seasonal_d < 2;
  Search search(values, series.observations - order.d - order.seasonal_d * order.season_steps, options, constant);
  order.constant = constant;
  search.best = order;
  const int seasonal = order.season_steps > 1 ? 1 : 0;
  for (const std::array<int, 4>& start :
       {std::array{2, 2, seasonal, seasonal}, {0, 0, 0, 0}, {1, 0, seasonal, 0}, {0, 1, 0, seasonal}}) {
    ArimaOrder first = order;
    first.p = start[0];
    first.q = start[1];
    first.seasonal_p = start[2];
    first.seasonal_q = start[3];
    search.try_order(first);
  }
  search.walk();
  return fit_arima(values, {.order = search.best});
}

}  // namespace forecasting
