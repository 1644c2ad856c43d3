// Unit, gaps and differences of a series, made once for all fits. A gap takes last season's value, because CSS needs a
// value at each step; `present` says which differences hold a real one.
#include "forecasting/classic/arima_series.h"

#include <algorithm>
#include <cmath>

#include "forecasting/series/unit.h"

namespace forecasting {

ArimaSeries arima_series(const std::vector<double>& values, const ArimaOrder& order) {
  ScaledSeries series = scaled(values);
  ArimaSeries made{.unit = series.unit};
  if (series.observations == 0) return made;
  const Polynomial differences = differencing(order.d, order.seasonal_d, order.season_steps);
  made.observed = filtered(differences, series.values);
  std::vector<double>& y = series.values;
  const auto first = std::find_if(y.begin(), y.end(), [](double v) { return !std::isnan(v); });
  std::fill(y.begin(), first, *first);
  const auto m = static_cast<std::size_t>(order.season_steps);
  for (std::size_t t = 1; t < y.size(); ++t) {
    if (std::isnan(y[t])) y[t] = t >= m ? y[t - m] : y[t - 1];
  }
  made.difference = filtered(differences, y);
  made.filled = std::move(y);
  for (const double value : made.observed) {
    made.present.push_back(!std::isnan(value));
    made.observations += std::isnan(value) ? 0 : 1;
  }
  return made;
}

}  // namespace forecasting
