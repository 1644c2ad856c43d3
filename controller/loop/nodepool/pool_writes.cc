// Two ways to ask for nodes: by the size of a scale, and by buffers that keep room for an AIAutoscaler's replicas. Each
// way is a function from the pool to writes. Outcomes are noted write by write.
#include "controller/loop/nodepool/pool_writes.h"

#include <algorithm>

#include "controller/loop/report/events.h"

namespace aia::loop {
namespace {

bool asks_by(api::AsksBy by, const Pool& pool) {
  return api::asks_by(pool.object.spec.sizing) == by;
}

/// True if the plan may be acted on. Otherwise our writes are undone.
bool acts(const Pool& pool) {
  return pool.usable() && pool.plan.acting && !pool.seen.supply.refusal;
}

/// True if all needs of this pool are known. Otherwise nothing is undone.
bool is_known(const Pool& pool, const NodePools& pools) {
  return pool.object.meta.deleting || pools.unknown_need(pool).empty();
}

/// Reasons for the pool's writes: those of the plan, else of Ready as told last.
std::string why(const Pool& pool) {
  const auto& plan = pool.plan.acting ? pool.plan.acting : pool.plan.planned;
  if (plan && !plan->reasons.empty()) return plan->reasons.front().message;
  const auto& told = pool.state->status.last.conditions;
  return told.empty() ? "" : told.front().message;
}

/// Free nodes that replicas wait for, or may wait for: all nodes on their way, and as many idle nodes as there are
/// waiting replicas. 0 if all replicas are known to have a node.
int awaited(const Pool& pool) {
  bool known = !pool.members.empty() || pool.object.meta.deleting;
  int waiting = 0;
  for (const auto& member : pool.members) {
    const auto& need = member.state->need;
    known = known && need && need->pods_known;
    if (need) waiting += std::max(0, need->asked.desired - need->asked.bound);
  }
  if (known && waiting == 0) return 0;
  const auto& nodes = pool.seen.nodes;
  const auto count = [&](auto is) { return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), is)); };
  const int coming = count([](const plan::PoolNode& node) { return node.starting && !node.busy; });
  const int idle = count([](const plan::PoolNode& node) { return node.usable && !node.busy; });
  return coming + std::min(idle, waiting);
}

/// The list of a pool's writes as it grows. The first write of the object keeps the resourceVersion as read while our
/// status is not confirmed: another leader may have written a newer status, and then this write fails instead of losing
/// the recorded original size.
class WriteList {
 public:
  WriteList(const Pool& pool, const Settings& settings, WallTime now)
      : pool_(pool),
        object_(pool.object),
        before_(pool.state->status.last.before),
        confirmed_(pool.state->confirmed),
        expires_(now + settings.hold_expiry),
        why_(why(pool)) {
    object_.status = pool.state->status.last;
    if (confirmed_) object_.meta.resource_version.clear();
  }

  [[nodiscard]] const std::optional<api::SizeBefore>& before() const { return before_; }
  [[nodiscard]] WallTime expires() const { return expires_; }

  void add(Change change, OnFailure on_failure = OnFailure::EndList) {
    writes_.push_back({std::move(change), why_, on_failure});
  }

  void hold(bool held, OnFailure on_failure = OnFailure::EndList) {
    if (object_.held == held) return;
    add(SetFinalizer{object_, held}, on_failure);
    object_.held = held;
    confirm();
  }

  /// Records the original size, or with nullopt removes the record.
  void record(std::optional<api::SizeBefore> before, OnFailure on_failure = OnFailure::EndList) {
    before_ = before;
    object_.status.before = before;
    add(SetRecord{object_}, on_failure);
    confirm();
  }

  /// Before the size is changed because of a status which another leader wrote, the status is written back unchanged
  /// with its resourceVersion. A newer status that we have not seen makes this write fail.
  void set_size(int nodes) {
    if (!confirmed_) record(before_);
    add(SetSize{pool_.object, *pool_.seen.supply.size, nodes, pool_.seen.supply.size_version, false});
  }

  [[nodiscard]] std::vector<Write> take() { return std::move(writes_); }

 private:
  void confirm() {
    confirmed_ = true;
    object_.meta.resource_version.clear();
  }

  const Pool& pool_;
  api::AcceleratorPool object_;  ///< as the next write finds the object
  std::optional<api::SizeBefore> before_;
  bool confirmed_;
  const WallTime expires_;
  const std::string why_;
  std::vector<Write> writes_;
};

bool is_aging(std::optional<WallTime> expires, WallTime now, const Settings& settings) {
  return expires.value_or(now) - now < settings.hold_expiry * 2 / 3;
}

/// Writes the planned size. While no member acts (all are Paused, or have another owner), the size and the recorded
/// original size stay.
void resize(const Pool& pool, WriteList& list) {
  if (!pool.seen.supply.size) return;  // other reading errors hold only shrinking (PoolInput::hold)
  const auto& decision = *pool.plan.acting;
  const int size = *pool.seen.supply.size;
  // Grow by `more` from the scale's size. `decision.nodes` also counts the surge nodes of a rollout, which are not ours
  // to ask for.
  int nodes = std::max(size, std::min(size + decision.more, pool.object.spec.max_nodes));
  if (decision.nodes < size) nodes = decision.nodes;
  if (!pool.any(&NodeNeed::acts)) nodes = size;
  if (nodes == size && !pool.seen.supply.marked()) return;
  list.hold(true);
  if (!list.before()) list.record(api::SizeBefore{size, list.expires()});
  list.set_size(nodes);
}

/// Puts the original size back, unless another owner sizes the pool now. Nodes that pods hold, or may hold, are kept,
/// because shrinking would drain them; so are nodes on their way that pods may wait for.
void restore(const Pool& pool, const NodePools& pools, WriteList& list) {
  const auto before = list.before();
  const auto& supply = pool.seen.supply;
  if (!before) return;
  if (supply.problem && supply.problem->kind == ErrorKind::NotFound) list.record(std::nullopt);  // no scale is left
  if (!supply.size || supply.problem || supply.refusal) return;
  const int nodes = std::max(before->nodes, std::min(supply.held() + awaited(pool), *supply.size));
  const bool holds = !pools.unseen.empty() || !supply.rolling.empty();
  if (nodes < *supply.size && holds) return;  // unseen pods may run there
  if (nodes != *supply.size || supply.marked()) list.set_size(nodes);
  if (nodes == before->nodes) list.record(std::nullopt);
}

/// Writes of a pool whose scale is sized.
void size_writes(const Pool& pool, const NodePools& pools, const Settings& settings, WriteList& list) {
  // The record's expiry is renewed even in cycles in which we cannot act, so that `release --expired` undoes only pools
  // whose controller is gone.
  const auto& before = list.before();
  if (before && is_aging(before->expires, pools.now, settings))
    list.record(api::SizeBefore{before->nodes, list.expires()},
                pool.state->confirmed ? OnFailure::GoOn : OnFailure::EndList);
  if (acts(pool))
    resize(pool, list);
  else if (is_known(pool, pools))
    restore(pool, pools, list);
}

/// Uids of AIAutoscalers whose buffers stay: wanted ones, and those of whose need nothing is known.
std::set<std::string> kept_buffers(const Pool& pool, const NodePools& pools, bool asks) {
  std::set<std::string> kept;
  if (!pool.object.meta.deleting) kept = pools.unread;
  for (const auto& member : pool.members) {
    const auto& need = member.state->need;
    const bool known = need && need->is_known();
    const bool wanted = asks && need && need->is_placeable() && need->counts();
    if (wanted || (!known && !pool.object.meta.deleting)) kept.insert(member.meta.uid);
  }
  return kept;
}

/// Deletes the pool's buffers that no plan wants, unless modes or pools may have changed unseen. Returns how many stay.
int delete_buffers(const Pool& pool, const NodePools& pools, bool asks, WriteList& list) {
  const bool may = pools.unseen.empty() || pool.object.meta.deleting;
  const auto kept = kept_buffers(pool, pools, asks);
  int left = 0;
  for (const auto& buffer : pools.buffers) {
    if (buffer.pool != pool.object.meta.name) continue;
    if (may && !kept.contains(buffer.autoscaler_uid))
      list.add(DeleteBuffer{buffer}, OnFailure::GoOn);
    else
      ++left;
  }
  return left;
}

/// The most GPUs that a buffer may ask for: those of nodes that the pool may still get, or that are free.
std::int64_t most_gpus(const Pool& pool) {
  const auto& spec = pool.object.spec;
  std::int64_t used = 0;
  for (const auto& node : pool.seen.nodes) used += api::amount(node.held, spec.gpu_resource);
  return std::max<std::int64_t>(0, api::times(spec.gpus_per_node, spec.max_nodes) - used);
}

/// Writes of a pool that keeps room by buffers: those that shrink come first.
void buffer_writes(const Pool& pool, const NodePools& pools, const Settings& settings, WriteList& list) {
  std::vector<SetBuffer> due;
  for (const auto& member : pool.members) {
    const auto& need = member.state->need;
    const auto* room = pool.plan.acting->room_of(member.meta.uid);
    if (room == nullptr || !need) continue;
    const auto* there = pools.buffer_of(pool, member.meta.uid);
    const int now = there == nullptr ? 0 : there->replicas;
    const int replicas = need->stays ? now : room->buffer;
    if (replicas == now && (there == nullptr || !is_aging(there->expires, pools.now, settings))) continue;
    due.push_back({member.meta, member.target, pool.object.meta.name, now, replicas, pool.object.spec.gpu_resource,
                   most_gpus(pool), list.expires(), there == nullptr ? "" : there->version});
  }
  std::stable_sort(due.begin(), due.end(),
                   [](const SetBuffer& a, const SetBuffer& b) { return a.to - a.from < b.to - b.from; });
  if (!due.empty()) list.hold(true);
  for (auto& set : due) list.add(std::move(set), OnFailure::GoOn);
}

/// The buffers after a write that succeeded.
void apply(const Change& change, std::vector<ports::Buffer>& buffers) {
  const auto erase = [&](const std::string& uid) {
    std::erase_if(buffers, [&](const ports::Buffer& buffer) { return buffer.autoscaler_uid == uid; });
  };
  if (const auto* gone = std::get_if<DeleteBuffer>(&change)) return erase(gone->buffer.autoscaler_uid);
  if (const auto* set = std::get_if<SetBuffer>(&change)) {
    erase(set->owner.uid);  // the API keeps one buffer for an AIAutoscaler, whatever pool it named before
    buffers.push_back({set->owner.key(), set->owner.uid, set->pool, set->to, set->expires, set->version});
  }
}

/// Notes the change by a pool's own write.
void apply(const Change& change, Pool& pool, WallTime now) {
  auto& state = *pool.state;
  if (const auto* finalizer = std::get_if<SetFinalizer>(&change)) {
    pool.object.held = finalizer->held;
    state.confirmed = true;
  } else if (const auto* record = std::get_if<SetRecord>(&change)) {
    state.status.last.before = record->object.status.before;
    state.confirmed = true;
  } else if (const auto* size = std::get_if<SetSize>(&change)) {
    if (size->to > size->from) state.asks.asked(size->to - size->from, now);
    pool.seen.supply.size = size->to;
  }
}

/// Notes the outcome of a write. A failed buffer concerns a single AIAutoscaler, and not the pool: its namespace may
/// have a quota, or be terminating. A conflict passes by itself.
void note(Pool& pool, NodePools& pools, const Attempt& attempt, Millis steady) {
  const Change& change = attempt.write.change;
  if (attempt.outcome) {
    apply(change, pool, pools.now);
    apply(change, pools.buffers);
    if (auto what = done_in_words(change); !what.empty()) pool.done.push_back(std::move(what));
    if (auto event = event_of(attempt.write)) pool.state->events.add(std::move(*event), steady);
    return;
  }
  const Error error = attempt.outcome.error().in(in_words(change));
  pool.fail("act", error);
  if (error.kind == ErrorKind::Conflict) return;
  const auto* set = std::get_if<SetBuffer>(&change);
  if (set == nullptr) {
    pool.state->write_error = error;
    return;
  }
  for (const auto& member : pool.members)
    if (member.meta.uid == set->owner.uid) member.state->buffer_error = error;
}

/// A new turn: errors of the last turn are over.
void forget_errors(Pool& pool) {
  pool.state->write_error.reset();
  for (const auto& member : pool.members) member.state->buffer_error.reset();
}

/// Remembers the nodes that buffers ask for, and the room that each member has now.
void remember_rooms(Pool& pool, const NodePools& pools) {
  const bool asks = acts(pool) && asks_by(api::AsksBy::Room, pool);
  const bool refused = std::any_of(pool.members.begin(), pool.members.end(),
                                   [](const PoolMember& member) { return member.state->buffer_error.has_value(); });
  if (asks_by(api::AsksBy::Room, pool)) {
    const bool asked = asks && !pool.state->write_error && !refused;
    pool.state->asks.expect(asked ? pool.plan.acting->lacking : 0, pools.now);
  }
  for (const auto& member : pool.members) {
    const auto* there = pools.buffer_of(pool, member.meta.uid);
    const auto& need = member.state->need;
    member.state->room.reset();
    if (asks && need) member.state->room = need->asked.desired + (there == nullptr ? 0 : there->replicas);
  }
}

/// Deletes buffers whose pool is gone. A buffer whose AIAutoscaler no longer names its pool goes in delete_buffers().
void delete_orphans(Cycle& cycle, const NodePools& pools, ports::Pools& to, const Budget& budget) {
  if (!pools.unseen.empty() || pools.buffers_error) return;
  std::vector<Write> writes;
  for (const auto& buffer : pools.buffers) {
    const bool known = std::any_of(pools.pools.begin(), pools.pools.end(),
                                   [&](const Pool& pool) { return pool.object.meta.name == buffer.pool; });
    if (!known) writes.push_back({DeleteBuffer{buffer}, "its pool is gone", OnFailure::GoOn});
  }
  send_all(
      writes, {nullptr, &to},
      [&] { return cycle.leading && !cycle.stop.stop_requested() && !cycle.breaker.is_open() && !budget.is_spent(); },
      [&](const Attempt& attempt) {
        if (attempt.outcome || !lead_lost(cycle, attempt.outcome.error())) cycle.breaker.note(attempt.outcome);
      });
}

}  // namespace

std::vector<Write> writes_of(const Pool& pool, const NodePools& pools, const Settings& settings) {
  const bool asks = acts(pool) && asks_by(api::AsksBy::Room, pool);
  WriteList list(pool, settings, pools.now);
  const int buffers_left = pools.buffers_error ? 1 : delete_buffers(pool, pools, asks, list);
  if (asks_by(api::AsksBy::Size, pool) && !pool.problem) size_writes(pool, pools, settings, list);
  if (asks && !pools.buffers_error) buffer_writes(pool, pools, settings, list);
  if (!acts(pool) && is_known(pool, pools) && !list.before() && buffers_left == 0)
    list.hold(false, OnFailure::OnlyIfAllSucceeded);
  return list.take();
}

void write_pools(Cycle& cycle, NodePools& pools, ports::Pools& to, const ports::Clock& clock,
                 const Settings& settings) {
  if (!cycle.leading || (pools.pools.empty() && pools.buffers.empty())) return;
  Budget budget(clock, settings.cycle / 2);
  std::vector<Pool*> due;
  for (auto& pool : pools.pools)
    if (!pool.broken() && (!pool.problem || pool.object.meta.deleting)) due.push_back(&pool);
  std::set<Pool*> served;
  std::string none;  // pools have no namespace
  execute(
      cycle, std::move(due), {nullptr, &to}, budget, [](const Pool& pool) -> Turn& { return pool.state->acting; }, none,
      [&](Pool& pool) {
        served.insert(&pool);
        forget_errors(pool);
        if (pools.buffers_error && acts(pool) && asks_by(api::AsksBy::Room, pool))
          pool.fail("act", pools.buffers_error->in("buffers"));
        return pool.writes = writes_of(pool, pools, settings);
      },
      [&](Pool& pool, const Attempt& attempt) { note(pool, pools, attempt, clock.steady()); },
      [&](Pool& pool) { pool.fail("act", postponed(cycle)); });
  for (Pool* pool : served)
    if (!pool->broken() && !pools.buffers_error) remember_rooms(*pool, pools);
  if (!served.empty()) budget.begin();
  delete_orphans(cycle, pools, to, budget);
}

}  // namespace aia::loop
