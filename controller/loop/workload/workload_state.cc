// A changed spec or target drops only the memory of its own subject: measured starts, decisions, or both. Statuses are
// taken over from the leader as a whole.
#include "controller/loop/workload/workload_state.h"

namespace aia::loop {

void WorkloadState::follow(const api::AutoscalerSpec& now, const Settings& settings) {
  if (pooled && *pooled != now.node_pool.has_value()) lead = LeadSamples({});
  pooled = now.node_pool.has_value();
  if (target && *target != now.target) {
    lead = LeadSamples({});
    last_scale_time.reset();
    target_uid.clear();
    forget_decisions(settings);
  }
  target = now.target;
}

void WorkloadState::follow_target(const std::string& uid, const Settings& settings) {
  if (!target_uid.empty() && target_uid != uid) forget_decisions(settings);
  target_uid = uid;
}

void WorkloadState::forget_decisions(const Settings& settings) {
  writes = RevertGuard(settings.revert_window);
  recommendations.clear();
  memory = {};
  pods = {};
  rollout = {};
  conflicts = 0;
}

void WorkloadState::adopt(const api::AutoscalerStatus& of_leader) {
  // Starts seen since the leader last wrote are not forgotten.
  if (of_leader != status.stored) lead.adopt(of_leader.lead_time.samples);
  status.adopt(of_leader);
  last_scale_time = of_leader.last_scale_time;
  writes.uncertain();  // another controller set the replicas shown now
  forecasts.clear();
  events.forget();
}

void WorkloadState::shift(Millis by) {
  for (auto& [name, one] : demand) one.shift(by);
  writes.shift(by);
  memory.shift(by);
  pods.shift(by);
  rollout.shift(by);
  if (last_scale_time) *last_scale_time += by;
  for (auto& past : recommendations) past.at += by;
}

}  // namespace aia::loop
