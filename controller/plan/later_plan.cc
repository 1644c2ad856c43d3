// The remaining doubt is a share of the median, so that it grows with demand: the spread of a night's few requests says
// little about the morning's.
#include "controller/plan/later_plan.h"

#include <algorithm>
#include <cmath>

namespace aia::plan {
namespace {

constexpr double kMedian = 0.5;

}  // namespace

LaterPlan::LaterPlan(const forecasting::Fan& fan, WallTime now, Millis lead, double quantile)
    : fan_(fan), quantile_(quantile), left_(0) {
  const double median = fan.value(now + lead, kMedian);
  if (median > 0) left_ = fan.value(now + lead, quantile) / median - 1;
}

double LaterPlan::at(WallTime at, double demand) const {
  const double median = fan_.value(at, kMedian);
  const double doubt = fan_.value(at, quantile_) - median;
  if (!(doubt > 0)) return demand;
  const double left = std::clamp(left_ * median, 0.0, doubt);
  const double settled = std::sqrt(1 - (left / doubt) * (left / doubt));
  return std::max(0.0, median + (demand - median) * settled + left);
}

double LaterPlan::largest(WallTime from, WallTime to) const {
  double most = std::max(upper(from), upper(to));
  for (const auto offset : fan_.offsets) {
    const WallTime at = fan_.origin + offset;
    if (at > from && at < to) most = std::max(most, upper(at));
  }
  const double window = fan_.window_max(from, to, quantile_) - fan_.pointwise_max(from, to, quantile_);
  return std::max(0.0, most + window);
}

}  // namespace aia::plan
