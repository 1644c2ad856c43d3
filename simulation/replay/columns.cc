// Demand and capacity of a column come from the same moment, its worst. Queue, starting replicas and nodes are maxima
// over the column, each from its own moment.
#include "simulation/replay/columns.h"

#include <algorithm>
#include <cmath>

namespace aia::simulation {

std::vector<Column> columns(const Outcome& outcome, double per_replica_rps, WallTime from, WallTime to, int count) {
  std::vector<std::optional<Column>> seen(static_cast<std::size_t>(count));
  const auto index = [&](WallTime at) { return static_cast<std::size_t>((at - from) * count / (to - from)); };
  for (const auto& moment : outcome.timeline) {
    if (moment.at < from || moment.at >= to) continue;
    auto& column = seen[index(moment.at)];
    const double capacity = moment.ready * per_replica_rps;
    if (!column) column.emplace().capacity_rps = std::numeric_limits<double>::infinity();
    if (capacity - moment.demand_rps < column->capacity_rps - column->demand_rps) {
      column->demand_rps = moment.demand_rps;
      column->capacity_rps = capacity;
    }
    column->queue = std::max(column->queue, moment.queue);
    column->starting = std::max(column->starting, moment.existing - moment.ready);
    column->nodes = std::max(column->nodes, moment.nodes);
  }
  for (const auto& promise : outcome.promises) {
    if (promise.about < from || promise.about >= to || !seen[index(promise.about)]) continue;
    auto& column = *seen[index(promise.about)];
    column.ahead = std::max(column.ahead.value_or(0), promise.ahead);
    column.upper = std::max(column.upper.value_or(0), promise.upper);
  }
  std::vector<Column> all;
  all.reserve(seen.size());
  for (const auto& column : seen) all.push_back(column ? *column : all.empty() ? Column{} : all.back());
  return all;
}

double round_up(double value) {
  if (!(value > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0})
    if (step * power >= value * (1 - 1e-12)) return step * power;
  return 10 * power;
}

}  // namespace aia::simulation
