// Copies observations and forecasts into the planner's input. Recommendations are kept for the longest stabilisation
// window, at least for a lead time and two cycles.
#include "controller/loop/decide.h"

#include <algorithm>

#include "controller/loop/pools.h"
#include "controller/loop/replicas.h"

namespace aia::loop {
namespace {

Millis longest_window(const api::AutoscalerSpec& spec, const Settings& settings) {
  return std::max(spec.scale_down.stabilization_window.value_or(settings.scale_down_stabilization),
                  spec.scale_up.stabilization_window.value_or(Millis(0)));
}

plan::Input input_of(const Workload& workload, WallTime now, const Settings& settings) {
  plan::Input input;
  input.now = now;
  input.spec = workload.object.spec;
  for (const auto& view : workload.demand) input.demand.push_back(view.input);
  input.replicas = replicas_of(*workload.target, *workload.state, workload.lead.p90, now, settings);
  input.lead = workload.lead;
  if (workload.object.spec.node_pool) input.nodes = node_room(workload, settings);
  input.history = workload.state->recommendations;
  input.warmed_up = workload.warmed_up;
  input.unseen = workload.unseen;
  // In Recommend another owner is normal: the recommendation stands beside that owner's replicas.
  if (workload.object.spec.mode == api::Mode::Auto) input.conflict = workload.other_owner;
  input.owner_knows_no_bounds = workload.stood_back;
  input.memory = workload.state->memory;
  return input;
}

}  // namespace

void decide(Cycle& cycle, const Settings& settings) {
  plan::Settings plan_settings;
  plan_settings.cycle = settings.cycle;
  plan_settings.scale_down_stabilization = settings.scale_down_stabilization;
  plan_settings.drain = settings.drain;
  for_each_usable(cycle, "plan", [&](Workload& workload) {
    if (!workload.target) return;
    auto& past = workload.state->recommendations;
    const int spec = workload.target->spec_replicas;
    // At least two cycles: otherwise a window shorter than a cycle would seem to begin anew in each cycle.
    const Millis kept =
        std::max({longest_window(workload.object.spec, settings), workload.lead.p90, 2 * settings.cycle});
    std::erase_if(past, [&](const auto& one) { return one.at + kept < cycle.now; });
    if (past.empty()) past.push_back({cycle.now, spec, spec});
    workload.decision = plan::decide(input_of(workload, cycle.now, settings), plan_settings);
    workload.state->memory = workload.decision->memory;
    // A cycle without data recommends the present replicas, so after an outage the window is full of this number.
    past.push_back({cycle.now, workload.decision->recommendation.value_or(spec), workload.decision->needed});
  });
}

}  // namespace aia::loop
