// Turns workloads into values for logs and metrics.
#include <utility>

#include "controller/loop/workload/conditions.h"
#include "controller/loop/workload/report.h"

namespace aia::loop {
namespace {

ports::DemandReport demand_report(const Workload& workload, std::size_t index) {
  const auto& view = workload.demand[index];
  ports::DemandReport report;
  report.name = view.input.spec.name;
  report.now = view.input.value;
  report.queue = view.input.backlog;
  report.lead = view.horizon;
  report.trust = view.input.trust;
  if (view.input.trust != plan::Trust::Missing) report.data_age = view.input.data_age;
  report.model = view.model;
  report.then = view.then;
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
  const auto& state = found->second;
  if (state.summary().samples > 0) report.skill = state.summary().skill;
  if (state.newest_value()) report.left_out = state.masking().left_out();
  return report;
}

ports::ObjectReport object_report(const Workload& workload) {
  ports::ObjectReport report;
  report.key = workload.object.meta.key();
  report.mode = workload.object.spec.mode;
  report.warmed_up = workload.outlook.warmed_up || !workload.usable();
  report.scaled = workload.scaled;
  report.quantile = workload.object.spec.forecast.quantile;
  report.conditions = workload.status.conditions;
  report.errors = workload.errors;
  if (workload.usable()) {
    report.min = workload.object.spec.min_replicas;
    report.max = workload.object.spec.max_replicas;
  }
  if (workload.seen.target) {
    report.current = workload.seen.target->spec_replicas;
    if (workload.seen.target->pods_unseen.empty()) report.ready = workload.ready_pods();
  }
  if (workload.decision && workload.usable()) {
    report.action = workload.decision->action;
    report.desired = workload.decision->desired;
    report.reasons = workload.decision->reasons;
  }
  for (std::size_t i = 0; i < workload.demand.size(); ++i) report.demand.push_back(demand_report(workload, i));
  return report;
}

}  // namespace

std::vector<ports::ObjectReport> object_reports(Workloads workloads) {
  std::vector<ports::ObjectReport> reports;
  for (auto& workload : workloads) {
    ports::ObjectReport report;
    report.key = workload.object.meta.key();
    guarded(workload, "report", [&] { report = object_report(workload); });
    // A step that threw after the status was made left the status out of date.
    if (workload.broken()) report.errors = workload.errors, report.conditions = conditions_of(workload);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace aia::loop
