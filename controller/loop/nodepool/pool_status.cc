// Values unknown in this cycle keep their place in the status.
#include "controller/loop/nodepool/pool_status.h"

#include <algorithm>

#include "controller/loop/nodepool/pool_conditions.h"
#include "controller/loop/report/condition.h"

namespace aia::loop {
namespace {

std::int64_t gpus(const Pool& pool, bool held) {
  std::int64_t sum = 0;
  for (const auto& node : pool.seen.nodes)
    if (node.usable) sum += api::amount(held ? node.held : node.allocatable, pool.object.spec.gpu_resource);
  return sum;
}

api::Reasons reasons_of(const Pool& pool, const std::vector<api::Condition>& conditions) {
  const auto& plan = pool.plan.acting ? pool.plan.acting : pool.plan.planned;
  if (plan && !pool.broken() && !plan->reasons.empty()) return bounded(plan->reasons);
  return {{conditions.front().reason, conditions.front().message}};
}

api::AcceleratorPoolStatus status_of(const Pool& pool, WallTime now) {
  const auto& last = pool.state->status.last;
  auto status = last;  // keeps values unknown in this cycle, and the original size
  status.observed_generation = pool.object.meta.generation;
  const auto conditions = conditions_of(pool);
  if (!pool.problem) {
    const auto& seen = pool.seen;
    status.nodes = std::max(static_cast<int>(seen.nodes.size()), seen.supply.size.value_or(0));
    status.ready_nodes = seen.ready_nodes();
    status.gpus = gpus(pool, false);
    status.used_gpus = gpus(pool, true);
    status.lead_time = {seen.lead.source, seen.lead.p90, pool.state->lead.samples()};
  }
  status.planned_nodes.reset();
  if (pool.plan.planned) status.planned_nodes = pool.plan.planned->needed;
  status.reasons = reasons_of(pool, conditions);
  status.conditions = api::with_transition_times(conditions, last.conditions, now);
  return status;
}

void report_pool(Pool& pool, StatusWriter& writer, ports::Pools& to) {
  if (pool.object.meta.deleting && !pool.object.held) return;  // without our finalizer a deleted pool is gone
  auto& state = *pool.state;
  static const std::vector<api::ConditionType> kTold{api::ConditionType::Ready};
  // While our status is not confirmed, another leader may have written a newer one: the resourceVersion stays in.
  const auto to_write = [&] {
    auto object = pool.object;
    if (state.confirmed) object.meta.resource_version.clear();
    return object;
  };
  const auto store = [&](const api::AcceleratorPoolStatus& status) {
    auto object = to_write();
    object.status = status;
    return to.write_status(object);
  };
  if (writer.write(pool, state.status, pool.status, !pool.done.empty(), state.events, kTold, store))
    state.confirmed = true;
  writer.send_events(pool, state.events, [&](const ports::Event& event) { return to.write_event(to_write(), event); });
}

ports::PoolReport pool_report(const Pool& pool, const NodePools& pools) {
  ports::PoolReport report;
  const auto& status = pool.status;
  report.name = pool.object.meta.name;
  report.nodes = status.nodes;
  report.ready = status.ready_nodes;
  report.planned = status.planned_nodes;
  report.gpus = status.gpus;
  report.used_gpus = status.used_gpus;
  report.lead = pool.seen.lead.p90;
  if (!pool.problem) {
    report.min = pool.object.spec.min_nodes;
    report.max = pool.object.spec.max_nodes;
    report.price_per_node_hour = pool.object.spec.price_per_node_hour;
  }
  for (const auto& buffer : pools.buffers)
    if (buffer.pool == report.name) report.buffered += buffer.replicas;
  report.conditions = pool.broken() ? conditions_of(pool) : status.conditions;
  report.reasons = status.reasons;
  report.done = pool.done;
  report.errors = pool.errors;
  return report;
}

}  // namespace

void report_pools(Cycle& cycle, NodePools& pools, ports::Pools& to, const ports::Clock& clock,
                  const Settings& settings) {
  for (auto& pool : pools.pools) pool.status = status_of(pool, cycle.now);
  if (!cycle.leading) return;
  cycle.breaker.give_another_try();
  StatusWriter writer(cycle, clock, settings);
  std::vector<Pool*> due;
  for (auto& pool : pools.pools) due.push_back(&pool);
  std::string none;  // pools have no namespace
  take_turns(
      cycle, std::move(due), "report", Budget(clock, settings.cycle / 2),
      [](const Pool& pool) -> Turn& { return pool.state->reporting; }, none,
      [&](Pool& pool) {
        const auto errors = pool.errors.size();
        report_pool(pool, writer, to);
        return pool.errors.size() == errors;
      },
      [](Pool&) {});
}

std::vector<ports::PoolReport> pool_reports(const NodePools& pools) {
  std::vector<ports::PoolReport> reports;
  for (const auto& pool : pools.pools) reports.push_back(pool_report(pool, pools));
  return reports;
}

}  // namespace aia::loop
