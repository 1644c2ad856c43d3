// Judges the nodes of pools, measures their starts, and tells workloads their pool. Nodes are believed, never the
// condition of a CapacityBuffer, which says "fits" while nodes are still being launched (measured on Karpenter 1.14).
#include <algorithm>

#include "controller/loop/pools.h"
#include "controller/plan/packing.h"

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

/// Adds nodes that stay and nodes on their way to `pool`. `usable`: in the order of supply.nodes.
void judge_nodes(Pool& pool, const std::vector<Start>& starts, const std::vector<bool>& usable, WallTime now,
                 AskedAt& asked_at) {
  const Millis late = 2 * pool.lead.p90;
  const bool any_usable = std::find(usable.begin(), usable.end(), true) != usable.end();
  std::map<std::string, const Start*> by_uid;
  for (const auto& start : starts) by_uid[start.uid] = &start;
  for (std::size_t i = 0; i < pool.supply.nodes.size(); ++i) {
    const auto& node = pool.supply.nodes[i];
    if (node.deleting) continue;
    const Start& start = *by_uid.at(node.uid);
    const std::int64_t gpus = gpus_on(node, pool.object.spec), promised = pool.object.spec.gpus_per_node;
    const bool bare = node.ready_since && gpus == 0;
    const bool broken = any_usable && !bare && pool.state->asks.was_found_broken(node.uid);
    const bool starting = start.starting && !broken, stuck = starting && now - start.began > late;
    pool.bare += bare ? 1 : 0;
    pool.barren = pool.barren || (bare && now - start.began > late);
    if (node.ready_since && gpus > 0 && gpus < promised)
      pool.shorts.push_back(node.name + " offers " + std::to_string(gpus) + " of " + std::to_string(promised) + " " +
                            pool.object.spec.gpu_resource);
    if (stuck) asked_at.stuck.push_back(start.began);
    if (usable[i]) asked_at.newest_came = std::max(asked_at.newest_came, start.began);
    if (stuck || !starting) {
      if (std::string trouble = trouble_of(node, pool.object.spec); !trouble.empty())
        pool.troubles.push_back(std::move(trouble));
    }
    pool.nodes.push_back({node.allocatable, node.held, usable[i], starting && !stuck, node.busy});
  }
  for (const auto& request : pool.supply.requests) {
    if (!request.node.empty() || request.deleting) continue;
    const bool stuck = now - request.created > late;
    if (stuck) asked_at.stuck.push_back(request.created);
    pool.nodes.push_back({{}, {}, false, !stuck, false});
  }
}

/// Counts nodes requested by our buffers longer than twice the lead time ago, for which neither a node nor a node
/// request appeared. The count is only reported, because our count of lacking nodes may be wrong, and so may that of
/// the node autoscaler.
void judge_unfilled(Pool& pool, WallTime now) {
  const auto waiting = static_cast<int>(pool.state->asks.waiting(now - 2 * pool.lead.p90).size());
  pool.unfilled = std::max(0, waiting - pool.stuck);
}

/// Counts stuck nodes that the scale asks for and that appear neither as a node nor as a node request.
void judge_unseen(Pool& pool, WallTime now, AskedAt& asked_at) {
  if (!pool.supply.size || pool.supply.problem) return;  // nodes may not have been read
  auto& asks = pool.state->asks;
  asks.expect(std::max(0, *pool.supply.size - static_cast<int>(pool.nodes.size())), now);
  const auto stuck = asks.waiting(now - 2 * pool.lead.p90);
  pool.stuck_unseen = static_cast<int>(stuck.size());
  asked_at.stuck.insert(asked_at.stuck.end(), stuck.begin(), stuck.end());
}

/// What pods can use of a new node: as the last usable node by name, less the requests of daemons, and with all GPUs
/// working. Before the first node, only the GPUs are known (assume_enough).
api::Amounts fresh_node(const Pool& pool) {
  const auto& spec = pool.object.spec;
  for (auto node = pool.supply.nodes.rbegin(); node != pool.supply.nodes.rend(); ++node) {
    if (!is_usable(*node, spec)) continue;
    api::Amounts fresh = node->allocatable;
    fresh[spec.gpu_resource] = std::max<std::int64_t>(fresh[spec.gpu_resource], spec.gpus_per_node);
    for (const auto& [name, held] : node->daemons) fresh[name] -= held;
    return fresh;
  }
  return {{spec.gpu_resource, spec.gpus_per_node}};
}

/// The older pool with the same scale, or nullptr. Of two pools equally old, the first by name counts as older.
const Pool* sizes_the_same(const PoolRound& round, const Pool& pool) {
  const auto& ref = pool.object.spec.scale_ref;
  const auto group = [](const api::ScaleRef& of) { return of.api_version.substr(0, of.api_version.find('/')); };
  const auto rank = [](const Pool& of) { return std::tie(of.object.meta.created, of.object.meta.name); };
  for (const auto& other : round.pools) {
    const auto& its = other.object.spec.scale_ref;
    if (!ref || !its || other.problem || rank(other) >= rank(pool)) continue;
    if (group(*its) == group(*ref) && its->kind == ref->kind && its->ns == ref->ns && its->name == ref->name)
      return &other;
  }
  return nullptr;
}

void observe_pool(Pool& pool, WallTime now, const Settings& settings) {
  std::vector<bool> usable;
  for (const auto& node : pool.supply.nodes) usable.push_back(is_usable(node, pool.object.spec));
  const auto lead_of = [&](const std::vector<Start>& starts) {
    return pool.state->lead.lead(starts, now, pool.object.spec.lead_time,
                                 {settings.default_node_lead_time, settings.min_lead_samples});
  };
  const auto starts = pool.state->asks.observe(pool.supply, usable, now, 2 * lead_of({}).p90);
  pool.state->lead.observe(starts, now);
  pool.lead = lead_of(starts);
  AskedAt asked_at;
  judge_nodes(pool, starts, usable, now, asked_at);
  judge_unseen(pool, now, asked_at);
  pool.stuck = static_cast<int>(asked_at.stuck.size());
  pool.failing = static_cast<int>(std::count_if(asked_at.stuck.begin(), asked_at.stuck.end(),
                                                [&](WallTime at) { return at >= asked_at.newest_came; }));
  if (pool.object.spec.sizing == api::Sizing::CapacityBuffer && !pool.supply.problem) judge_unfilled(pool, now);
  pool.fresh = fresh_node(pool);
}

}  // namespace

int bound_pods(const ports::Target& target) {
  return static_cast<int>(std::count_if(target.pods.begin(), target.pods.end(), [](const ports::Pod& pod) {
    return !pod.node.empty() && !pod.finished && !pod.deleting;
  }));
}

bool is_lasting(const Error& error) {
  return error.kind == ErrorKind::NotFound || error.kind == ErrorKind::Invalid || error.kind == ErrorKind::Forbidden;
}

bool Pool::can_size() const {
  const Error* error = refused();
  return usable() && !supply.refusal && !(supply.problem && is_lasting(*supply.problem)) &&
         !(error != nullptr && is_lasting(*error));
}

const Error* Pool::refused() const {
  if (state->write_error) return &*state->write_error;
  const Error* first = nullptr;
  for (const auto& member : members) {
    if (!member.state->need || !member.state->need->acts) continue;
    if (!member.state->buffer_error) return nullptr;
    if (first == nullptr) first = &*member.state->buffer_error;
  }
  return first;
}

api::AcceleratorPool Pool::to_write() const {
  auto as_read = object;
  if (state->confirmed) as_read.meta.resource_version.clear();
  return as_read;
}

int Pool::awaited() const {
  bool known = !members.empty() || object.meta.deleting;
  int waiting = 0;
  for (const auto& member : members) {
    const auto& need = member.state->need;
    known = known && need && need->pods_known;
    if (need) waiting += std::max(0, need->asked.desired - need->asked.bound);
  }
  if (known && waiting == 0) return 0;
  const auto count = [&](auto is) { return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), is)); };
  const int coming = count([](const plan::PoolNode& node) { return node.starting && !node.busy; });
  const int idle = count([](const plan::PoolNode& node) { return node.usable && !node.busy; });
  return coming + std::min(idle, waiting);
}

int Pool::ready_nodes() const {
  return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.usable; }));
}

void observe_pools(PoolRound& round, ports::Pools& pools, PoolStates& states, bool adopt, Millis deadline,
                   const Settings& settings) {
  std::set<std::string> uids;
  std::vector<api::AcceleratorPool> asked;
  for (auto& view : pools.pools()) {
    Pool pool;
    pool.object = std::move(view.object);
    pool.problem = std::move(view.problem);
    pool.journal = round.journal;
    if (auto why = set_aside(pool.object.meta, round.journal)) pool.problem = std::move(why);
    pool.state = &states.of(pool.object);
    uids.insert(pool.object.meta.uid);
    if (adopt || pool.state->has_news(pool.object.status)) pool.state->adopt(pool.object.status, round.now);
    if (!pool.problem) asked.push_back(pool.object);
    round.pools.push_back(std::move(pool));
  }
  states.keep_only(uids);
  if (round.pools.empty() && !states.buffers_left) return;
  auto supplies = pools.supplies(asked, deadline);
  std::size_t next = 0;
  for (auto& pool : round.pools) {
    if (pool.problem) {
      pool.fail("observe", *pool.problem);
      continue;
    }
    if (next < supplies.size()) pool.supply = std::move(supplies[next]);
    ++next;
    if (const Pool* first = sizes_the_same(round, pool); first != nullptr && !pool.supply.refusal)
      pool.supply.refusal = api::Reason{
          api::Code::SharedScale, pool.object.spec.scale_ref->to_string() + " is sized by AcceleratorPool " +
                                      first->object.meta.name + ": allow namespaces there, or use another scaleRef"};
    if (pool.supply.problem) pool.fail("observe", *pool.supply.problem);
    guarded(pool, "observe", [&] { observe_pool(pool, round.now, settings); });
  }
  auto buffers = pools.buffers(deadline);
  if (buffers)
    round.buffers = std::move(*buffers);
  else
    round.buffers_error = buffers.error();
  states.buffers_left = !round.pools.empty() || !round.buffers.empty() || (!buffers && !is_lasting(buffers.error()));
}

void join_pools(PoolRound& round, Cycle& cycle) {
  for (const auto& workload : cycle.workloads)
    if (!workload.usable()) round.unread.insert(workload.object.meta.uid);
  for_each_usable(cycle, "observe", [&](Workload& workload) {
    const auto& name = workload.object.spec.node_pool;
    if (!name) return;
    const auto found = std::find_if(round.pools.begin(), round.pools.end(),
                                    [&](const Pool& pool) { return pool.object.meta.name == *name; });
    if (found == round.pools.end()) {
      workload.pool_trouble = api::Code::PoolNotFound;
    } else if (found->problem) {
      workload.pool_trouble = api::Code::PoolInvalid;
    } else if (!found->object.spec.allows(workload.object.meta.ns)) {
      workload.pool_trouble = api::Code::NamespaceNotAllowed;
    } else {
      workload.pool = &*found;
      found->members.push_back({&workload.object, workload.state});
    }
  });
}

plan::NodeRoom node_room(const Workload& workload, const Settings& settings) {
  plan::NodeRoom room{settings.default_node_lead_time, 0, false};
  const Pool* pool = workload.pool;
  if (pool == nullptr) return room;
  room.lead = pool->lead.p90;
  const auto& refused = workload.state->buffer_error;
  room.ahead = pool->can_size() && !(refused && is_lasting(*refused));
  if (!workload.target || !workload.target->replica) return room;
  std::vector<api::Amounts> free;
  for (const auto& node : pool->nodes) {
    if (!node.usable) continue;
    api::Amounts left = node.allocatable;
    for (const auto& [name, held] : node.held) left[name] -= held;
    free.push_back(std::move(left));
  }
  const int most = std::max(0, workload.object.spec.max_replicas - bound_pods(*workload.target));
  room.replicas = plan::pack(std::move(free), {{*workload.target->replica, most}}, {}, 0).placed.front();
  return room;
}

}  // namespace aia::loop
