// Reasons are the decision's, or those of Ready where nothing was decided.
#include "controller/loop/workload/status.h"

#include <utility>

#include "controller/loop/report/condition.h"
#include "controller/loop/workload/conditions.h"

namespace aia::loop {
namespace {

std::vector<api::CollapseStatus> collapses_of(const Workload& workload) {
  std::vector<api::CollapseStatus> collapses;
  const auto& state = *workload.state;
  for (const auto& [name, collapse] : state.memory.collapses) {
    const auto found = state.demand.find(name);
    if (found == state.demand.end()) continue;
    const double expected = found->second.collapse().expected(collapse.since, workload.object.spec.forecast.quantile);
    collapses.push_back({name, collapse.since, collapse.from, expected});
  }
  return collapses;
}

}  // namespace

api::AutoscalerStatus status_of(const Workload& workload, WallTime now) {
  const auto& state = *workload.state;
  auto status = state.status.last;  // values unknown in this cycle stay
  status.observed_generation = workload.object.meta.generation;
  if (workload.seen.target) {
    status.current_replicas = workload.seen.target->spec_replicas;
    status.ready_replicas.reset();
    if (workload.seen.target->pods_unseen.empty()) status.ready_replicas = workload.ready_pods();
  }
  if (workload.decision && workload.usable()) status.desired_replicas = workload.decision->desired;
  status.last_scale_time = state.last_scale_time;
  if (workload.usable())
    status.lead_time = {workload.outlook.lead.source, workload.outlook.lead.p90, state.lead.samples()};
  status.collapses = collapses_of(workload);
  const auto conditions = conditions_of(workload);
  const bool is_decided = workload.decision && workload.usable();
  status.reasons = bounded(is_decided ? workload.decision->reasons
                                      : api::Reasons{{conditions.front().reason, conditions.front().message}});
  status.conditions = api::with_transition_times(conditions, state.status.last.conditions, now);
  return status;
}

}  // namespace aia::loop
