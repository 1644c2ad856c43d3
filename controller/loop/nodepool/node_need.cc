// A need is planned twice: as if the workload were in Auto, for the status, and as things are, for acting.
#include "controller/loop/nodepool/node_need.h"

#include <algorithm>
#include <map>

#include "controller/loop/workload/replicas.h"
#include "controller/plan/later_plan.h"
#include "controller/plan/need.h"

namespace aia::loop {
namespace {

/// True if the need may lower nodes: all demand is whole, all histories reach until now, the cluster is seen, and no
/// rollout is under way.
bool is_whole(const Workload& workload) {
  return workload.outlook.warmed_up && workload.seen.unseen.empty() && workload.seen.target &&
         workload.seen.target->rollout.empty() &&
         std::all_of(workload.demand.begin(), workload.demand.end(), [](const DemandView& view) {
           return view.input.trust == plan::Trust::Whole && !view.input.backlog_missing && !view.past_ended;
         });
}

/// The first knot at or after `at`, or else the last knot: paths up to there tell what happens until `at`.
Millis first_knot(const forecasting::Fan& fan, WallTime at) {
  const auto found = std::lower_bound(fan.offsets.begin(), fan.offsets.end(), at - fan.origin);
  return found == fan.offsets.end() ? fan.offsets.back() : *found;
}

/// By scenario path, the most replicas planned for between two moments: when a replica started now serves, and 1.25
/// times the full lead time from now (node lead, pod lead and data age; docs/decisions/0011).
std::map<long, int> paths_of(const Workload& workload, WallTime now, Millis node_lead, int max) {
  std::map<long, int> most;
  for (const auto& view : workload.demand) {
    const auto state = workload.state->demand.find(view.input.spec.name);
    if (plan::usable_fan(view.input) == nullptr || state == workload.state->demand.end()) continue;
    const Millis lead = view.horizon;
    const WallTime from = now + lead, to = from + node_lead + (lead + node_lead) / 4;
    const forecasting::Fan& fan = *view.input.fan;
    const auto scenarios = state->second.scenarios(first_knot(fan, to));
    const plan::LaterPlan later(fan, now, lead, workload.object.spec.forecast.quantile);
    for (std::size_t path = 0; path < scenarios.paths.rows(); ++path) {
      const auto planned = [&](WallTime at) { return later.at(at, scenarios.value(path, at)); };
      double demand = std::max(planned(from), planned(to));
      for (const Millis offset : scenarios.offsets) {
        const WallTime at = scenarios.origin + offset;
        if (at > from && at < to) demand = std::max(demand, planned(at));
      }
      int& replicas = most[scenarios.drawn_at[path]];
      replicas = std::clamp(plan::replicas_for(demand, view.input.spec.capacity_per_replica), replicas,
                            std::max(replicas, max));
    }
  }
  return most;
}

NodeNeed need_of(const Workload& workload, const Pool& pool, WallTime now) {
  const auto& spec = workload.object.spec;
  const auto& target = *workload.seen.target;
  const auto& decision = *workload.decision;
  NodeNeed need;
  auto& planned = need.planned;
  planned.uid = workload.object.meta.uid;
  planned.name = workload.object.meta.key().to_string();
  planned.replica = target.replica.value_or(api::ReplicaShape{});
  planned.bound = bound_pods(target);
  planned.desired = decision.desired.value_or(target.spec_replicas);
  if (decision.far) planned.ahead = std::max(*decision.far, planned.desired);
  for (const auto& view : workload.demand) planned.lead = std::max(planned.lead, view.horizon + pool.seen.lead.p90);
  planned.whole = is_whole(workload);
  if (pool.members.size() > 1) planned.paths = paths_of(workload, now, pool.seen.lead.p90, spec.max_replicas);
  need.asked = planned;
  need.acts = spec.mode == api::Mode::Auto && workload.seen.other_owner.empty() && target.replica;
  need.stays = !need.acts && spec.mode != api::Mode::Recommend;
  need.asked.desired = workload.scaled ? planned.desired : target.spec_replicas;
  if (need.asked.ahead) need.asked.ahead = std::max(*need.asked.ahead, planned.desired);
  if (need.stays) {
    need.asked.ahead.reset(), need.asked.whole = false;
    for (auto& [path, replicas] : need.asked.paths) replicas = 0;  // on each path the workload stays as now
  }
  return need;
}

/// True if the target cannot be read until somebody changes an object.
bool has_no_target(const Workload& workload) {
  const auto& error = workload.seen.target_error;
  return error && (error->is_lasting() || error->kind == ErrorKind::Conflict);
}

/// Adjusts the need of a workload without a decision in this cycle: nodes stay. If its target is gone for long, nobody
/// knows how many of its pods still wait, so only bound replicas count.
void hold_still(NodeNeed& need, const Workload& workload) {
  for (auto* one : {&need.planned, &need.asked}) {
    one->whole = false;
    if (!has_no_target(workload)) continue;
    one->ahead.reset(), one->paths.clear();
    one->desired = std::min(one->desired, one->bound);
  }
  if (workload.object.spec.mode == api::Mode::Auto || !need.acts) return;
  need.acts = false, need.stays = true;
}

/// Adjusts the need of a workload for which a step threw: no node is requested, and nodes stay.
void keep_all(NodeNeed& need) {
  need.stays = need.counts();
  need.acts = need.planned.whole = need.asked.whole = false;
}

/// What the workload needs after this cycle; `before` until now. `pool`: the pool that the workload names and may use;
/// nullptr: none.
std::optional<NodeNeed> next_need(const Workload& workload, const Pool* pool, std::optional<NodeNeed> before,
                                  WallTime now) {
  const auto& error = workload.seen.target_error;
  if (pool == nullptr || (error && error->kind == ErrorKind::NotFound)) return NodeNeed{};  // known to need no node
  if (workload.seen.target && workload.decision) return need_of(workload, *pool, now);
  if (workload.object.spec.mode == api::Mode::Recommend) {
    NodeNeed none;  // in Recommend the need is none, whatever the target
    none.pods_known = false;
    return none;
  }
  if (before) hold_still(*before, workload);
  return before;
}

}  // namespace

void note_needs(const Cycle& cycle, NodePools& pools, PoolStates& states, Workloads workloads) {
  std::map<std::string, const Pool*> pool_of;  // by the AIAutoscaler's uid
  for (const auto& pool : pools.pools)
    for (const auto& member : pool.members) pool_of[member.meta.uid] = &pool;
  for (auto& workload : workloads) {
    auto& need = states.members.of(workload.object.meta.uid).need;
    if (workload.broken() && need) keep_all(*need);
  }
  for_each_usable(cycle, workloads, "plan", [&](Workload& workload) {
    const std::string& uid = workload.object.meta.uid;
    const auto found = pool_of.find(uid);
    auto& need = states.members.of(uid).need;
    need = next_need(workload, found == pool_of.end() ? nullptr : found->second, need, pools.now);
  });
}

}  // namespace aia::loop
