// A collapse that began while another process led is continued from the status.
#include "controller/loop/workload/follow_specs.h"

#include <algorithm>

#include "controller/loop/demand/checkpointing.h"

namespace aia::loop {
namespace {

constexpr Millis kLongestCollapse =
    std::chrono::hours(2);  // an older collapse in the status keeps no replicas any more

/// Continues a collapse recorded in the status. The collapse began while another process led, or before this process
/// started.
void take_up_collapse(DemandState& demand, const std::string& name, WorkloadState& state, WallTime now) {
  for (const auto& before : state.status.last.collapses) {
    if (before.demand != name || before.since > now || now - before.since > kLongestCollapse) continue;
    demand.collapse().restore(before.since, before.expected);
    state.memory.collapses[name] = {before.since, before.replicas};
  }
}

/// Makes the state of a demand entry, or makes it anew if the query or the forecast settings changed.
void follow(Workload& workload, const api::DemandSpec& demand, Millis step, const OptionalPorts& optional_ports,
            WallTime now) {
  SeriesIdentity identity{demand.query, demand.kind, workload.object.spec.forecast, step, demand.decompose};
  auto& states = workload.state->demand;
  auto found = states.find(demand.name);
  if (found != states.end() && found->second.identity() == identity) {
    found->second.read_again_if_ahead(now);
    return;
  }
  const bool is_first = found == states.end();
  auto& made = states.insert_or_assign(demand.name, DemandState(std::move(identity))).first->second;
  restore_checkpoint(made, checkpoint_key(workload.object.meta.uid, demand.name), optional_ports, now);
  if (is_first) take_up_collapse(made, demand.name, *workload.state, now);
}

void forget_removed(Workload& workload) {
  std::erase_if(workload.state->demand, [&](const auto& entry) {
    const auto& demand = workload.object.spec.demand;
    return std::none_of(demand.begin(), demand.end(), [&](const auto& spec) { return spec.name == entry.first; });
  });
}

}  // namespace

void follow_specs(const Cycle& cycle, Workloads workloads, const Settings& settings,
                  const OptionalPorts& optional_ports) {
  for_each_usable(cycle, workloads, "observe", [&](Workload& workload) {
    forget_removed(workload);
    for (const auto& demand : workload.object.spec.demand)
      follow(workload, demand, settings.grid_step, optional_ports, cycle.now);
  });
}

}  // namespace aia::loop
