// A node is usable, on its way, stuck, or of no use; each group is counted apart. Two pools with one scale would fight,
// so only the older pool sizes the scale.
#include "controller/loop/nodepool/observe_pools.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "controller/loop/nodepool/pool_conditions.h"
#include "controller/loop/report/condition.h"

namespace aia::loop {
namespace {

/// A taint missing from the spec, which keeps the pool's pods off the node; nullptr: no such taint.
const api::Taint* foreign_taint(const ports::Node& node, const api::AcceleratorPoolSpec& spec) {
  for (const api::Taint& taint : node.taints)
    if (std::find(spec.node_taints.begin(), spec.node_taints.end(), taint) == spec.node_taints.end()) return &taint;
  return nullptr;
}

/// A node that lost a GPU of eight still serves with seven. While a node comes up, its device plugin offers all GPUs or
/// none.
std::int64_t gpus_on(const ports::Node& node, const api::AcceleratorPoolSpec& spec) {
  return api::amount(node.allocatable, spec.gpu_resource);
}

bool is_usable(const ports::Node& node, const api::AcceleratorPoolSpec& spec) {
  return node.ready_since && gpus_on(node, spec) > 0 && !node.cordoned && !node.deleting &&
         foreign_taint(node, spec) == nullptr;
}

/// Why pods cannot use a node, in words. Empty: pods can, or its GPUs are missing, which has a condition of its own.
std::string trouble_of(const ports::Node& node, const api::AcceleratorPoolSpec& spec) {
  if (node.cordoned) return node.name + " is cordoned";
  if (!node.ready_since) return node.name + " is not Ready";
  const api::Taint* taint = foreign_taint(node, spec);
  if (taint == nullptr) return "";
  const auto named = std::find_if(spec.node_taints.begin(), spec.node_taints.end(), [&](const api::Taint& one) {
    return one.key == taint->key && one.effect == taint->effect;
  });
  return node.name + " has the taint " + taint->to_string() +
         (named == spec.node_taints.end() ? ", which spec.nodes.taints lacks"
                                          : ", spec.nodes.taints has " + named->to_string());
}

/// When nodes were requested: the newest node that became usable, and all stuck nodes.
struct AskedAt {
  WallTime newest_came{};
  std::vector<WallTime> stuck;
};

/// The faults of a node.
struct Verdict {
  bool bare = false;      ///< Ready without any GPU
  bool starting = false;  ///< on its way, however long
  bool stuck = false;     ///< on its way for longer than `late`
};

Verdict verdict_of(const ports::Node& node, const Start& start, bool may_be_broken, const Pool& pool, WallTime now) {
  const Millis late = 2 * pool.seen.lead.p90;
  Verdict verdict;
  verdict.bare = node.ready_since && gpus_on(node, pool.object.spec) == 0;
  const bool broken = may_be_broken && !verdict.bare && pool.state->asks.was_found_broken(node.uid);
  verdict.starting = start.starting && !broken;
  verdict.stuck = verdict.starting && now - start.began > late;
  return verdict;
}

/// Adds a node to the observation.
void add_node(PoolObservation& seen, const ports::Node& node, const Verdict& verdict, bool is_usable,
              const api::AcceleratorPoolSpec& spec) {
  const std::int64_t gpus = gpus_on(node, spec);
  seen.bare += verdict.bare ? 1 : 0;
  if (node.ready_since && gpus > 0 && gpus < spec.gpus_per_node)
    seen.shorts.push_back(node.name + " offers " + std::to_string(gpus) + " of " + std::to_string(spec.gpus_per_node) +
                          " " + spec.gpu_resource);
  if (verdict.stuck || !verdict.starting) {
    if (std::string trouble = trouble_of(node, spec); !trouble.empty()) seen.troubles.push_back(std::move(trouble));
  }
  seen.nodes.push_back({node.allocatable, node.held, is_usable, verdict.starting && !verdict.stuck, node.busy});
}

/// Adds nodes that stay, and node requests without a node. `usable`: in the order of supply.nodes.
AskedAt judge_nodes(Pool& pool, const std::vector<Start>& starts, const std::vector<bool>& usable, WallTime now) {
  auto& seen = pool.seen;
  const Millis late = 2 * seen.lead.p90;
  const bool any_usable = std::find(usable.begin(), usable.end(), true) != usable.end();
  AskedAt asked_at;
  std::map<std::string, const Start*> by_uid;
  for (const auto& start : starts) by_uid[start.uid] = &start;
  for (std::size_t i = 0; i < seen.supply.nodes.size(); ++i) {
    const auto& node = seen.supply.nodes[i];
    if (node.deleting) continue;
    const Start& start = *by_uid.at(node.uid);
    const Verdict verdict = verdict_of(node, start, any_usable, pool, now);
    if (verdict.stuck) asked_at.stuck.push_back(start.began);
    if (usable[i]) asked_at.newest_came = std::max(asked_at.newest_came, start.began);
    seen.barren = seen.barren || (verdict.bare && now - start.began > late);
    add_node(seen, node, verdict, usable[i], pool.object.spec);
  }
  for (const auto& request : seen.supply.requests) {
    if (!request.node.empty() || request.deleting) continue;
    const bool stuck = now - request.created > late;
    if (stuck) asked_at.stuck.push_back(request.created);
    seen.nodes.push_back({{}, {}, false, !stuck, false});
  }
  return asked_at;
}

/// Counts nodes requested by our buffers longer than twice the lead time ago, for which neither a node nor a node
/// request appeared. The count is only reported, because our count of lacking nodes may be wrong, and so may that of
/// the node autoscaler.
int count_unfilled(const Pool& pool, WallTime now) {
  const auto waiting = static_cast<int>(pool.state->asks.waiting(now - 2 * pool.seen.lead.p90).size());
  return std::max(0, waiting - pool.seen.stuck);
}

/// When stuck nodes were requested that the scale asks for, and that appear neither as a node nor as a node request.
std::vector<WallTime> stuck_unseen(Pool& pool, WallTime now) {
  const auto& supply = pool.seen.supply;
  if (!supply.size || supply.problem) return {};  // nodes may not have been read
  auto& asks = pool.state->asks;
  asks.expect(std::max(0, *supply.size - static_cast<int>(pool.seen.nodes.size())), now);
  return asks.waiting(now - 2 * pool.seen.lead.p90);
}

/// What pods can use of a new node: as the last usable node by name, less the requests of daemons, and with all GPUs
/// working. Before the first node, only the GPUs are known (assume_enough).
api::Amounts fresh_node(const Pool& pool) {
  const auto& spec = pool.object.spec;
  const auto& nodes = pool.seen.supply.nodes;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (!is_usable(*node, spec)) continue;
    api::Amounts fresh = node->allocatable;
    fresh[spec.gpu_resource] = std::max<std::int64_t>(fresh[spec.gpu_resource], spec.gpus_per_node);
    for (const auto& [name, held] : node->daemons) fresh[name] -= held;
    return fresh;
  }
  return {{spec.gpu_resource, spec.gpus_per_node}};
}

/// The older pool with the same scale, or nullptr. Of two pools equally old, the first by name counts as older.
const Pool* sizes_the_same(const NodePools& all, const Pool& pool) {
  const auto& ref = pool.object.spec.scale_ref;
  const auto group = [](const api::ScaleRef& of) { return of.api_version.substr(0, of.api_version.find('/')); };
  const auto rank = [](const Pool& of) { return std::tie(of.object.meta.created, of.object.meta.name); };
  for (const auto& other : all.pools) {
    const auto& its = other.object.spec.scale_ref;
    if (!ref || !its || other.problem || rank(other) >= rank(pool)) continue;
    if (group(*its) == group(*ref) && its->kind == ref->kind && its->ns == ref->ns && its->name == ref->name)
      return &other;
  }
  return nullptr;
}

/// The pool's nodes, judged. `pool.seen.supply` must be read.
void observe_pool(Pool& pool, WallTime now, const Settings& settings) {
  auto& seen = pool.seen;
  std::vector<bool> usable;
  for (const auto& node : seen.supply.nodes) usable.push_back(is_usable(node, pool.object.spec));
  const auto lead_of = [&](const std::vector<Start>& starts) {
    return pool.state->lead.lead(starts, now, pool.object.spec.lead_time,
                                 {settings.default_node_lead_time, settings.min_lead_samples});
  };
  const auto starts = pool.state->asks.observe(seen.supply, usable, now, 2 * lead_of({}).p90);
  pool.state->lead.observe(starts, now);
  seen.lead = lead_of(starts);
  AskedAt asked_at = judge_nodes(pool, starts, usable, now);
  const auto unseen = stuck_unseen(pool, now);
  seen.stuck_unseen = static_cast<int>(unseen.size());
  asked_at.stuck.insert(asked_at.stuck.end(), unseen.begin(), unseen.end());
  seen.stuck = static_cast<int>(asked_at.stuck.size());
  seen.failing = static_cast<int>(std::count_if(asked_at.stuck.begin(), asked_at.stuck.end(),
                                                [&](WallTime at) { return at >= asked_at.newest_came; }));
  if (api::asks_by(pool.object.spec.sizing) == api::AsksBy::Room && !seen.supply.problem)
    seen.unfilled = count_unfilled(pool, now);
  seen.fresh = fresh_node(pool);
}

/// All pools, without their nodes.
std::vector<Pool> list_pools(ports::Pools& pools, PoolStates& states, bool adopt, ports::CrashJournal* journal,
                             WallTime now) {
  std::vector<Pool> listed;
  std::set<std::string> uids;
  for (auto& view : pools.pools()) {
    Pool pool;
    pool.object = std::move(view.object);
    pool.problem = std::move(view.problem);
    pool.journal = journal;
    if (auto why = set_aside(pool.object.meta, journal)) pool.problem = std::move(why);
    pool.state = &states.pools.of(pool.object.meta.uid, pool.object);
    uids.insert(pool.object.meta.uid);
    if (adopt || pool.state->has_news(pool.object.status)) pool.state->adopt(pool.object.status, now);
    listed.push_back(std::move(pool));
  }
  states.pools.keep_only(uids);
  return listed;
}

/// Reads the supplies of all pools that decode.
void read_supplies(NodePools& all, ports::Pools& pools, Millis deadline) {
  std::vector<api::AcceleratorPool> asked;
  std::vector<Pool*> asking;
  for (auto& pool : all.pools) {
    if (pool.problem) continue;
    asked.push_back(pool.object);
    asking.push_back(&pool);
  }
  auto supplies = pools.supplies(asked, deadline);
  for (std::size_t i = 0; i < std::min(supplies.size(), asking.size()); ++i)
    asking[i]->seen.supply = std::move(supplies[i]);
}

std::shared_ptr<const PoolView> view_of(const Pool& pool) {
  auto view = std::make_shared<PoolView>();
  view->name = pool.object.meta.name;
  view->gpu_resource = pool.object.spec.gpu_resource;
  view->lead = pool.seen.lead.p90;
  view->can_size = pool.can_size();
  for (const auto& node : pool.seen.nodes) {
    if (!node.usable) continue;
    api::Amounts left = node.allocatable;
    for (const auto& [name, held] : node.held) left[name] -= held;
    view->free.push_back(std::move(left));
  }
  const auto conditions = conditions_of(pool);
  const auto find = [&](api::ConditionType type) {
    const auto* found = find_condition(conditions, type);
    return found == nullptr ? conditions.front() : *found;  // of a broken pool, Ready tells all
  };
  view->able = find(api::ConditionType::AbleToSize);
  view->arriving = find(api::ConditionType::NodesArriving);
  return view;
}

/// The named pool, if the workload may use it; else the trouble with it.
Pool* usable_pool(NodePools& pools, const Workload& workload, NamedPool& named) {
  const auto found = std::find_if(pools.pools.begin(), pools.pools.end(), [&](const Pool& pool) {
    return pool.object.meta.name == *workload.object.spec.node_pool;
  });
  if (found == pools.pools.end())
    named.trouble = api::Code::PoolNotFound;
  else if (found->problem)
    named.trouble = api::Code::PoolInvalid;
  else if (!found->object.spec.allows(workload.object.meta.ns))
    named.trouble = api::Code::NamespaceNotAllowed;
  return named.trouble ? nullptr : &*found;
}

}  // namespace

NodePools observe_pools(const Cycle& cycle, ports::Pools& pools, PoolStates& states, std::string unseen, bool adopt,
                        ports::CrashJournal* journal, const Settings& settings) {
  const Millis deadline = settings.observation_deadline() / 2;
  NodePools all;
  all.now = cycle.now;
  all.unseen = std::move(unseen);
  all.pools = list_pools(pools, states, adopt, journal, all.now);
  if (all.pools.empty() && !states.buffers_left) return all;
  read_supplies(all, pools, deadline);
  for (auto& pool : all.pools) {
    if (pool.problem) {
      pool.fail("observe", *pool.problem);
      continue;
    }
    auto& supply = pool.seen.supply;
    if (const Pool* first = sizes_the_same(all, pool); first != nullptr && !supply.refusal)
      supply.refusal = api::Reason{api::Code::SharedScale,
                                   pool.object.spec.scale_ref->to_string() + " is sized by AcceleratorPool " +
                                       first->object.meta.name + ": allow namespaces there, or use another scaleRef"};
    if (supply.problem) pool.fail("observe", *supply.problem);
    guarded(pool, "observe", [&] { observe_pool(pool, all.now, settings); });
  }
  auto buffers = pools.buffers(deadline);
  if (buffers)
    all.buffers = std::move(*buffers);
  else
    all.buffers_error = buffers.error();
  states.buffers_left = !all.pools.empty() || !all.buffers.empty() || (!buffers && !buffers.error().is_lasting());
  return all;
}

void join_pools(const Cycle& cycle, NodePools& pools, PoolStates& states, Workloads workloads) {
  std::set<std::string> uids;
  for (const auto& workload : workloads) {
    uids.insert(workload.object.meta.uid);
    if (!workload.usable()) pools.unread.insert(workload.object.meta.uid);
  }
  states.members.keep_only(uids);
  for_each_usable(cycle, workloads, "observe", [&](Workload& workload) {
    const auto& [meta, spec, status] = workload.object;
    auto& state = states.members.of(meta.uid);
    state.follow(spec.target);
    workload.pool.buffer_error = state.buffer_error;
    if (!spec.node_pool) return;
    if (Pool* pool = usable_pool(pools, workload, workload.pool))
      pool->members.push_back({meta, spec.target, spec.forecast.quantile, &state});
  });
  std::map<std::string, std::shared_ptr<const PoolView>> views;  // made once all members are known
  for (const auto& pool : pools.pools) views[pool.object.meta.name] = view_of(pool);
  for_each_usable(cycle, workloads, "observe", [&](Workload& workload) {
    const auto& name = workload.object.spec.node_pool;
    if (name && !workload.pool.trouble) workload.pool.view = views.at(*name);
  });
}

}  // namespace aia::loop
