// Copies observations and forecasts into the planner's input. Recommendations are kept for the longest stabilisation
// window, at least for a lead time and two cycles.
#include "controller/loop/workload/decide.h"

#include <algorithm>

#include "controller/loop/workload/replicas.h"
#include "controller/plan/packing.h"

namespace aia::loop {
namespace {

Millis longest_window(const api::AutoscalerSpec& spec, const Settings& settings) {
  return std::max(spec.scale_down.stabilization_window.value_or(settings.scale_down_stabilization),
                  spec.scale_up.stabilization_window.value_or(Millis(0)));
}

/// Replicas whose free nodes exist, and whether nodes are asked for ahead.
plan::NodeRoom node_room(const Workload& workload, const Settings& settings) {
  plan::NodeRoom room{settings.default_node_lead_time, 0, false};
  const auto& pool = workload.pool;
  if (!pool.view) return room;
  room.lead = pool.view->lead;
  room.ahead = pool.view->can_size && !(pool.buffer_error && pool.buffer_error->is_lasting());
  const auto& target = workload.seen.target;
  if (!target || !target->replica) return room;
  const int most = std::max(0, workload.object.spec.max_replicas - bound_pods(*target));
  room.replicas = plan::pack(pool.view->free, {{*target->replica, most}}, {}, 0).placed.front();
  return room;
}

plan::Input input_of(const Workload& workload, WallTime now, const Settings& settings) {
  plan::Input input;
  input.now = now;
  input.spec = workload.object.spec;
  for (const auto& view : workload.demand) input.demand.push_back(view.input);
  input.replicas = replicas_of(*workload.seen.target, *workload.state, workload.outlook.lead.p90, now, settings);
  input.lead = workload.outlook.lead;
  if (workload.object.spec.node_pool) input.nodes = node_room(workload, settings);
  input.history = workload.state->recommendations;
  input.warmed_up = workload.outlook.warmed_up;
  input.unseen = workload.seen.unseen;
  // In Recommend another owner is normal: the recommendation stands beside that owner's replicas.
  if (workload.object.spec.mode == api::Mode::Auto) input.conflict = workload.seen.other_owner;
  input.owner_knows_no_bounds = workload.seen.stood_back;
  input.memory = workload.state->memory;
  return input;
}

/// Compares each demand with the forecast made for now a horizon ago, and remembers today's forecast of later.
void keep_score(Workload& workload, WallTime now, const Settings& settings) {
  const Millis late = std::max(2 * settings.cycle, settings.grid_step);
  for (std::size_t i = 0; i < workload.demand.size(); ++i) {
    auto& view = workload.demand[i];
    const auto found = workload.state->demand.find(view.input.spec.name);
    if (found == workload.state->demand.end()) continue;
    view.then = found->second.expected_for(now, late);
    if (!workload.decision || i >= workload.decision->figures.size()) continue;
    const auto& figures = workload.decision->figures[i];
    const auto queue = view.input.spec.backlog_query ? figures.queue_at_lead : std::nullopt;
    if (figures.upper || queue) found->second.expect({now + figures.lead, figures.ahead, figures.upper, queue});
  }
}

/// Decides the replicas of a workload whose target is known.
plan::Decision decided(const Workload& workload, WallTime now, const Settings& settings,
                       const plan::Settings& plan_settings) {
  auto& past = workload.state->recommendations;
  const int spec = workload.seen.target->spec_replicas;
  // At least two cycles: otherwise a window shorter than a cycle would seem to begin anew in each cycle.
  const Millis kept =
      std::max({longest_window(workload.object.spec, settings), workload.outlook.lead.p90, 2 * settings.cycle});
  std::erase_if(past, [&](const auto& one) { return one.at + kept < now; });
  if (past.empty()) past.push_back({now, spec, spec});
  auto decision = plan::decide(input_of(workload, now, settings), plan_settings);
  workload.state->memory = decision.memory;
  // A cycle without data recommends the present replicas, so after an outage the window is full of this number.
  past.push_back({now, decision.recommendation.value_or(spec), decision.needed});
  return decision;
}

}  // namespace

void decide(const Cycle& cycle, Workloads workloads, const Settings& settings) {
  plan::Settings plan_settings;
  plan_settings.cycle = settings.cycle;
  plan_settings.scale_down_stabilization = settings.scale_down_stabilization;
  plan_settings.drain = settings.drain;
  for_each_usable(cycle, workloads, "plan", [&](Workload& workload) {
    if (workload.seen.target) workload.decision = decided(workload, cycle.now, settings, plan_settings);
    keep_score(workload, cycle.now, settings);
  });
}

}  // namespace aia::loop
