// The new status starts as a copy of the last one, so that values unknown in this cycle stay as they were. Messages are
// cut to the CRD's bounds.
#include "controller/loop/status.h"

#include <algorithm>

#include "controller/api/meta_json.h"
#include "controller/loop/conditions.h"

namespace aia::loop {
namespace {

api::Reasons reasons_of(const Workload& workload) {
  if (!workload.decision || !workload.usable()) {
    const auto conditions = conditions_of(workload);
    return {{conditions.front().reason, conditions.front().message}};
  }
  auto reasons = workload.decision->reasons;
  if (reasons.size() > api::kMaxReasons) reasons.resize(api::kMaxReasons);
  return reasons;
}

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

/// Compares conditions without their messages.
bool same_state(const api::Condition& a, const api::Condition& b) {
  return a.type == b.type && a.status == b.status && a.reason == b.reason &&
         a.observed_generation == b.observed_generation;
}

}  // namespace

api::AutoscalerStatus status_of(const Workload& workload, WallTime now) {
  const auto& state = *workload.state;
  auto status = state.status;  // values unknown in this cycle stay
  status.observed_generation = workload.object.meta.generation;
  if (workload.target) {
    status.current_replicas = workload.target->spec_replicas;
    status.ready_replicas.reset();
    if (workload.target->pods_unseen.empty()) status.ready_replicas = workload.ready_pods();
  }
  if (workload.decision && workload.usable()) status.desired_replicas = workload.decision->desired;
  status.last_scale_time = state.last_scale_time;
  if (workload.usable()) status.lead_time = {workload.lead.source, workload.lead.p90, state.lead.samples()};
  status.collapses = collapses_of(workload);
  status.reasons = reasons_of(workload);
  for (auto& reason : status.reasons) reason.message = api::cut(reason.message, api::kMaxMessage);
  auto conditions = conditions_of(workload);
  for (auto& condition : conditions) condition.message = api::cut(condition.message, api::kMaxMessage);
  status.conditions = api::with_transition_times(std::move(conditions), state.status.conditions, now);
  return status;
}

bool differs_in_substance(const api::AutoscalerStatus& a, const api::AutoscalerStatus& b) {
  const auto& left = a.conditions;
  const auto& right = b.conditions;
  return a.observed_generation != b.observed_generation || a.current_replicas != b.current_replicas ||
         a.ready_replicas != b.ready_replicas || a.desired_replicas != b.desired_replicas ||
         a.last_scale_time != b.last_scale_time || a.lead_time.source != b.lead_time.source ||
         a.lead_time.samples != b.lead_time.samples || a.collapses != b.collapses ||
         !std::equal(left.begin(), left.end(), right.begin(), right.end(), same_state);
}

std::int64_t write_slot(WallTime now, Millis step, const std::string& name) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: equal in every build
  for (const unsigned char c : name) hash = (hash ^ c) * 1099511628211U;
  const auto shift = static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(step.count()));
  return (now.time_since_epoch().count() + shift) / step.count();
}

}  // namespace aia::loop
