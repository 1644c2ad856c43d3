// Fixed steps rather than events: demand is smooth between a forecast's knots, and 120 steps put an arrival at most
// half a percent of the lead off.
#include "controller/plan/queue.h"

#include <algorithm>

#include "controller/plan/need.h"

namespace aia::plan {
namespace {

constexpr int kSteps = 120;

}  // namespace

std::optional<double> queue_at(const DemandInput& demand, const Supply& supply, WallTime now, Millis lead) {
  const forecasting::Fan* fan = usable_fan(demand);
  const std::optional<double> value = usable_value(demand);
  const bool backlog_unknown = demand.backlog_missing && !demand.backlog;
  if (!api::is_forecast(demand.spec.kind) || backlog_unknown || (!fan && !value)) return std::nullopt;
  const auto expected = [&](Millis ahead) { return fan ? fan->value(now + ahead, 0.5) : *value; };
  const double per_replica = demand.spec.capacity_per_replica;
  const double waiting = confirmed_backlog(demand);

  if (demand.spec.kind == api::DemandKind::Concurrency)
    return std::max(0.0, expected(lead) + waiting - supply.at(lead) * per_replica);

  double queue = waiting;
  const double step_s = std::chrono::duration<double>(lead).count() / kSteps;
  for (int step = 0; step < kSteps; ++step) {
    const Millis middle = lead * (2 * step + 1) / (2 * kSteps);
    queue = std::max(0.0, queue + (expected(middle) - supply.at(middle) * per_replica) * step_s);
  }
  return queue;
}

}  // namespace aia::plan
