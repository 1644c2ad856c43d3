// Each pool is planned twice: once as if all members were in Auto, for the status, and once for the members that count,
// for acting.
#include "controller/loop/nodepool/decide_pools.h"

#include <algorithm>

namespace aia::loop {
namespace {

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

/// Replicas that our buffers keep room for, in any pool.
int buffered(const NodePools& pools, const std::string& uid) {
  int replicas = 0;
  for (const auto& buffer : pools.buffers)
    if (buffer.autoscaler_uid == uid) replicas += buffer.replicas;
  return replicas;
}

/// Why the pool must not shrink, in words; empty: shrinking is allowed.
std::string why_no_less(const Pool& pool, const NodePools& pools) {
  const auto& supply = pool.seen.supply;
  if (supply.problem) return "the pool is not known well enough: " + supply.problem->message;
  if (!supply.rolling.empty()) return supply.rolling;
  return pools.unseen.empty() ? pools.unknown_need(pool) : pools.unseen;
}

/// The planner's input without workloads.
plan::PoolInput input_of(const Pool& pool, const NodePools& pools, const Settings& settings) {
  plan::PoolInput input;
  input.now = pools.now;
  input.min_nodes = pool.object.spec.min_nodes;
  input.max_nodes = pool.object.spec.max_nodes;
  input.fresh = pool.seen.fresh;
  input.nodes = pool.seen.nodes;
  input.asked = pool.seen.supply.size.value_or(0);
  input.history = pool.state->recommendations;
  input.shrink_window = settings.node_shrink_window;
  input.stuck = pool.seen.stuck;
  input.stuck_unseen = pool.seen.stuck_unseen;
  input.failing = pool.seen.failing;
  input.hold = why_no_less(pool, pools);
  return input;
}

void add(plan::PoolInput& input, plan::PoolWorkload need, const PoolMember& member, const NodePools& pools) {
  need.buffer = buffered(pools, member.meta.uid);
  need.room = member.state->room;
  need.history = member.state->rooms;
  input.quantile = std::max(input.quantile, member.quantile);
  input.workloads.push_back(std::move(need));
}

PoolPlan plan_of(const Pool& pool, const NodePools& pools, const Settings& settings) {
  auto all = input_of(pool, pools, settings);
  auto acting = all;
  bool acts = false;
  const bool only_gpus_known = all.fresh.size() == 1;
  for (const auto& member : pool.members) {
    const auto& need = member.state->need;
    if (!need || !need->is_placeable()) continue;
    if (only_gpus_known) assume_enough(all.fresh, need->planned, pool.object.spec.gpu_resource);
    add(all, need->planned, member, pools);
    if (!need->counts()) continue;
    acts = true;
    add(acting, need->asked, member, pools);
  }
  acting.fresh = all.fresh;
  PoolPlan plan{plan::decide_nodes(all), std::nullopt};
  if (acts) plan.acting = plan::decide_nodes(acting);
  return plan;
}

/// True if everything is known that may lower this pool. If any member counts, only the needs of members that count
/// matter.
bool all_known(const Pool& pool, const NodePools& pools) {
  if (!why_no_less(pool, pools).empty()) return false;
  const bool any_counts = pool.any_counts();
  return std::all_of(pool.members.begin(), pool.members.end(), [&](const PoolMember& member) {
    const auto& need = member.state->need;
    if (!need || !need->is_placeable()) return true;
    return any_counts ? !need->counts() || need->asked.whole : need->planned.whole;
  });
}

using Past = std::vector<plan::PastRecommendation>;

/// Keeps past needs within the shrink window. Only time in which the need was known counts: entries move along with
/// unknown time. So an outage as long as the window proves nothing, and a short outage does not restart the window. An
/// empty window begins with `there`, so that a restart never shrinks.
void keep_window(Past& past, WallTime now, Millis length, bool known, std::optional<int> there) {
  if (!known && !past.empty()) {
    const Millis passed = now - past.back().at;
    for (auto& need : past) need.at += passed;
  }
  std::erase_if(past, [&](const auto& need) { return need.at + length < now; });
  if (past.empty() && there) past.push_back({now, *there});
}

/// Adds a need. While the need is not known, only a need above all others counts.
void add_to_window(Past& past, WallTime now, bool known, int needed) {
  const auto covers = [&](const auto& need) { return need.replicas >= needed; };
  if (known || std::none_of(past.begin(), past.end(), covers)) past.push_back({now, needed});
}

/// Plans the pool, and remembers the needs within the windows.
PoolPlan decided(const Pool& pool, const NodePools& pools, const Settings& settings) {
  const bool known = all_known(pool, pools);
  const auto keep = [&](Past& past, std::optional<int> there) {
    keep_window(past, pools.now, settings.node_shrink_window, known, there);
  };
  keep(pool.state->recommendations,
       std::max(static_cast<int>(pool.seen.nodes.size()), pool.seen.supply.size.value_or(0)));
  for (const auto& member : pool.members) {
    const auto& need = member.state->need;
    keep(member.state->rooms,
         need ? std::optional(need->asked.desired + buffered(pools, member.meta.uid)) : std::nullopt);
  }
  PoolPlan plan = plan_of(pool, pools, settings);
  add_to_window(pool.state->recommendations, pools.now, known, (plan.acting ? *plan.acting : *plan.planned).needed);
  for (const auto& member : pool.members) {
    const auto* room = plan.acting ? plan.acting->room_of(member.meta.uid) : nullptr;
    if (room != nullptr) add_to_window(member.state->rooms, pools.now, known, room->room);
  }
  return plan;
}

}  // namespace

void decide_pools(NodePools& pools, const Settings& settings) {
  for (auto& pool : pools.pools)
    if (pool.usable()) guarded(pool, "plan", [&] { pool.plan = decided(pool, pools, settings); });
}

}  // namespace aia::loop
