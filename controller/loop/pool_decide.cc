// Plans how many nodes each pool needs. The needs of workloads are remembered from their decisions, because a workload
// may miss a cycle. Each pool is then planned twice: once as if all members were in Auto, for the status, and once for
// the members that count, for acting.
#include <algorithm>

#include "controller/loop/pools.h"
#include "controller/plan/later_plan.h"
#include "controller/plan/need.h"

namespace aia::loop {
namespace {

/// True if the need may lower nodes: all demand is whole, all histories reach until now, the cluster is seen, and no
/// rollout is under way.
bool is_whole(const Workload& workload) {
  return workload.warmed_up && workload.unseen.empty() && workload.target && workload.target->rollout.empty() &&
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
    const Millis lead = workload.lead.p90 + view.input.data_age;
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

PoolNeed need_of(const Workload& workload, const Pool& pool, WallTime now) {
  const auto& spec = workload.object.spec;
  const auto& target = *workload.target;
  const auto& decision = *workload.decision;
  PoolNeed need;
  auto& planned = need.planned;
  planned.name = workload.object.meta.key().to_string();
  planned.replica = target.replica.value_or(api::ReplicaShape{});
  planned.bound = bound_pods(target);
  planned.desired = decision.desired.value_or(target.spec_replicas);
  if (decision.far) planned.ahead = std::max(*decision.far, planned.desired);
  for (const auto& view : workload.demand)
    planned.lead = std::max(planned.lead, workload.lead.p90 + view.input.data_age + pool.lead.p90);
  planned.whole = is_whole(workload);
  if (pool.members.size() > 1) planned.paths = paths_of(workload, now, pool.lead.p90, spec.max_replicas);
  need.asked = planned;
  need.acts = spec.mode == api::Mode::Auto && workload.other_owner.empty() && target.replica;
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
  const auto& error = workload.target_error;
  return error && (is_lasting(*error) || error->kind == ErrorKind::Conflict);
}

/// Adjusts the need of a workload without a decision in this cycle: nodes stay. If its target is gone for long, nobody
/// knows how many of its pods still wait, so only bound replicas count.
void hold_still(PoolNeed& need, const Workload& workload) {
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
void keep_all(PoolNeed& need) {
  need.stays = need.counts();
  need.acts = need.planned.whole = need.asked.whole = false;
}

/// Before the first node of a pool only the GPUs of a new node are known. Then a new node is assumed to have enough of
/// every other resource that pods request.
void assume_enough(api::Amounts& fresh, const plan::PoolWorkload& workload, const std::string& gpu_resource) {
  constexpr std::int64_t kEnough = 1'000'000'000'000'000;
  const std::int64_t gpus = api::amount(fresh, gpu_resource);
  for (const auto& pods : workload.replica.pods) {
    for (const auto& [name, amount] : pods.requests)
      if (!api::is_gpu(name)) fresh[name] = kEnough;
  }
  fresh["pods"] = 110;  // the kubelet's default
  fresh[gpu_resource] = gpus;
}

int buffered(const PoolRound& round, const std::string& uid) {
  int replicas = 0;
  for (const auto& buffer : round.buffers)
    if (buffer.autoscaler_uid == uid) replicas += buffer.replicas;
  return replicas;
}

/// Why the pool must not shrink, in words; empty: shrinking is allowed.
std::string why_no_less(const Pool& pool, const PoolRound& round) {
  if (pool.supply.problem) return "the pool is not known well enough: " + pool.supply.problem->message;
  if (!pool.supply.rolling.empty()) return pool.supply.rolling;
  return round.unseen.empty() ? round.unknown_need(pool) : round.unseen;
}

plan::PoolInput input_of(const Pool& pool, const PoolRound& round, const Settings& settings) {
  plan::PoolInput input;
  input.now = round.now;
  input.min_nodes = pool.object.spec.min_nodes;
  input.max_nodes = pool.object.spec.max_nodes;
  input.fresh = pool.fresh;
  input.nodes = pool.nodes;
  input.asked = pool.supply.size.value_or(0);
  input.history = pool.state->recommendations;
  input.shrink_window = settings.node_shrink_window;
  input.stuck = pool.stuck;
  input.stuck_unseen = pool.stuck_unseen;
  input.failing = pool.failing;
  input.hold = why_no_less(pool, round);
  return input;
}

void add(plan::PoolInput& input, plan::PoolWorkload need, const PoolMember& member, const PoolRound& round) {
  need.buffer = buffered(round, member.object->meta.uid);
  need.room = member.state->room;
  need.history = member.state->rooms;
  input.quantile = std::max(input.quantile, member.object->spec.forecast.quantile);
  input.workloads.push_back(std::move(need));
}

void decide_pool(Pool& pool, const PoolRound& round, const Settings& settings) {
  auto all = input_of(pool, round, settings);
  auto acting = all;
  bool acts = false;
  const bool only_gpus_known = all.fresh.size() == 1;
  for (const auto& member : pool.members) {
    if (!member.state->need || !member.state->need->is_placeable()) continue;
    if (only_gpus_known) assume_enough(all.fresh, member.state->need->planned, pool.object.spec.gpu_resource);
    add(all, member.state->need->planned, member, round);
    if (!member.state->need->counts()) continue;
    acts = true;
    add(acting, member.state->need->asked, member, round);
  }
  acting.fresh = all.fresh;
  pool.planned = plan::decide_nodes(all);
  if (acts) pool.acting = plan::decide_nodes(acting);
}

/// True if everything is known that may lower this pool. If any member counts, only the needs of members that count
/// matter.
bool all_known(const Pool& pool, const PoolRound& round) {
  if (!why_no_less(pool, round).empty()) return false;
  const bool any_counts = pool.any_counts();
  return std::all_of(pool.members.begin(), pool.members.end(), [&](const PoolMember& member) {
    const auto& need = member.state->need;
    if (!need || !need->is_placeable()) return true;
    return any_counts ? !need->counts() || need->asked.whole : need->planned.whole;
  });
}

/// Past needs within the shrink window. Only time in which the need was known counts: entries move along with unknown
/// time. So an outage as long as the window proves nothing, and a short outage does not restart the window.
class Window {
 public:
  Window(std::vector<plan::PastRecommendation>& past, WallTime now, Millis length, bool known)
      : past_(past), now_(now), known_(known) {
    if (!known && !past.empty()) {
      const Millis passed = now - past.back().at;
      for (auto& one : past) one.at += passed;
    }
    std::erase_if(past, [&](const auto& one) { return one.at + length < now; });
  }

  /// An empty window begins with `there`, so that a restart never shrinks.
  void begin_with(int there) const {
    if (past_.empty()) past_.push_back({now_, there});
  }

  void add(int needed) const {
    const auto covers = [&](const auto& one) { return one.replicas >= needed; };
    if (known_ || std::none_of(past_.begin(), past_.end(), covers)) past_.push_back({now_, needed});
  }

 private:
  std::vector<plan::PastRecommendation>& past_;
  WallTime now_;
  bool known_;
};

void decide_and_remember(Pool& pool, const PoolRound& round, const Settings& settings) {
  pool.planned.reset(), pool.acting.reset();
  const bool known = all_known(pool, round);
  const auto window = [&](std::vector<plan::PastRecommendation>& past) {
    return Window(past, round.now, settings.node_shrink_window, known);
  };
  const Window nodes = window(pool.state->recommendations);
  nodes.begin_with(std::max(static_cast<int>(pool.nodes.size()), pool.supply.size.value_or(0)));
  std::vector<Window> rooms;
  for (const auto& member : pool.members) {
    rooms.push_back(window(member.state->rooms));
    if (const auto& need = member.state->need)
      rooms.back().begin_with(need->asked.desired + buffered(round, member.object->meta.uid));
  }
  decide_pool(pool, round, settings);
  const auto& decision = pool.acting ? *pool.acting : *pool.planned;
  nodes.add(decision.needed);
  std::size_t next = 0;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const auto& need = pool.members[i].state->need;
    if (pool.acting && need && need->is_placeable() && need->counts()) rooms[i].add(decision.rooms[next++]);
  }
}

}  // namespace

bool Pool::any_counts() const {
  return any(&PoolNeed::acts) || any(&PoolNeed::stays);
}

bool Pool::any(bool PoolNeed::*what) const {
  return std::any_of(members.begin(), members.end(),
                     [&](const PoolMember& member) { return member.state->need && (*member.state->need).*what; });
}

std::string PoolRound::unknown_need(const Pool& pool) const {
  if (!unread.empty()) return "an AIAutoscaler that cannot be read may need it";
  for (const auto& member : pool.members)
    if (!member.state->need || !member.state->need->is_known())
      return "what " + member.object->meta.key().to_string() + " asks of a node is not known";
  return "";
}

void note_needs(const PoolRound& round, Cycle& cycle) {
  for (auto& workload : cycle.workloads)
    if (workload.broken && workload.state->need) keep_all(*workload.state->need);
  for_each_usable(cycle, "plan", [&](Workload& workload) {
    auto& need = workload.state->need;
    const bool gone = workload.target_error && workload.target_error->kind == ErrorKind::NotFound;
    if (workload.pool == nullptr || gone) {
      need = PoolNeed{};  // known to need no node
    } else if (workload.target && workload.decision) {
      need = need_of(workload, *workload.pool, round.now);
    } else if (workload.object.spec.mode == api::Mode::Recommend) {
      need = PoolNeed{};  // in Recommend the need is none, whatever the target
      need->pods_known = false;
    } else if (need) {
      hold_still(*need, workload);
    }
  });
}

void decide_pools(PoolRound& round, const Settings& settings) {
  for (auto& pool : round.pools)
    if (pool.usable() && !pool.broken) guarded(pool, "plan", [&] { decide_and_remember(pool, round, settings); });
}

}  // namespace aia::loop
