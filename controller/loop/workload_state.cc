// States by uid; see workload_state.h.
#include "controller/loop/workload_state.h"

namespace aia::loop {

void WorkloadState::follow(const api::TargetRef& now, const Settings& settings) {
  if (target && *target != now) {
    lead = LeadSamples({});
    writes = ScaleWrites(settings.revert_window);
    last_scale_time.reset();
    recommendations.clear();
  }
  target = now;
}

WorkloadState& WorkloadStates::of(const api::Autoscaler& object, const Settings& settings) {
  auto& state = states_[object.meta.uid];
  if (!state) state = std::make_unique<WorkloadState>(object, settings);
  return *state;
}

void WorkloadStates::keep_only(const std::set<std::string>& uids) {
  std::erase_if(states_, [&](const auto& entry) { return !uids.contains(entry.first); });
}

}  // namespace aia::loop
