// Turns a cycle into a report for logs and metrics. The report also keeps score: the forecast from a lead time ago
// stands beside the demand measured now.
#include <algorithm>

#include "controller/loop/conditions.h"
#include "controller/loop/report.h"

namespace aia::loop {
namespace {

ports::DemandReport demand_report(Workload& workload, std::size_t index, WallTime now, Millis late) {
  const auto& view = workload.demand[index];
  ports::DemandReport report;
  report.name = view.input.spec.name;
  report.now = view.input.value;
  report.queue = view.input.backlog;
  report.lead = workload.lead.p90 + view.input.data_age;
  report.trust = view.input.trust;
  if (view.input.trust != plan::Trust::Missing) report.data_age = view.input.data_age;
  report.model = view.model;
  if (workload.decision && index < workload.decision->figures.size()) {
    const auto& figures = workload.decision->figures[index];
    report.ahead = figures.ahead;
    report.upper = figures.upper;
    if (view.input.spec.backlog_query) report.queue_at_lead = figures.queue_at_lead;
    report.lead = figures.lead;
    report.replicas = figures.needed();
    report.gpus = workload.gpus_of(report.replicas);
  }
  const auto found = workload.state->demand.find(report.name);
  if (found == workload.state->demand.end()) return report;
  auto& state = found->second;
  if (state.summary().samples > 0) report.skill = state.summary().skill;
  if (state.newest_value()) report.left_out = state.masking().left_out();
  report.then = state.expected_for(now, late);
  if (report.upper || report.queue_at_lead) {
    state.expect({now + report.lead, report.ahead, report.upper, report.queue_at_lead});
  }
  return report;
}

ports::ObjectReport object_report(Workload& workload, WallTime now, Millis late) {
  ports::ObjectReport report;
  report.key = workload.object.meta.key();
  report.mode = workload.object.spec.mode;
  report.warmed_up = workload.warmed_up || !workload.usable();
  report.scaled = workload.scaled;
  report.quantile = workload.object.spec.forecast.quantile;
  report.conditions = conditions_of(workload);
  report.errors = workload.errors;
  if (workload.usable()) {
    report.min = workload.object.spec.min_replicas;
    report.max = workload.object.spec.max_replicas;
  }
  if (workload.target) {
    report.current = workload.target->spec_replicas;
    if (workload.target->pods_unseen.empty()) report.ready = workload.ready_pods();
  }
  if (workload.decision && workload.usable()) {
    report.action = workload.decision->action;
    report.desired = workload.decision->desired;
    report.reasons = workload.decision->reasons;
  }
  for (std::size_t i = 0; i < workload.demand.size(); ++i)
    report.demand.push_back(demand_report(workload, i, now, late));
  return report;
}

}  // namespace

ports::CycleReport cycle_report(Cycle& cycle, const Settings& settings) {
  ports::CycleReport report;
  report.at = cycle.now;
  report.synced = true;
  report.period = settings.cycle;
  const Millis late = std::max(2 * settings.cycle, settings.grid_step);
  report.leading = cycle.leading;
  for (auto& workload : cycle.workloads) {
    ports::ObjectReport object;
    object.key = workload.object.meta.key();
    guarded(workload, "report", [&] { object = object_report(workload, cycle.now, late); });
    if (workload.broken) object.errors = workload.errors, object.conditions = conditions_of(workload);
    report.objects.push_back(std::move(object));
  }
  return report;
}

}  // namespace aia::loop
