// Asks for nodes, gives nodes back and undoes our writes. The original size is recorded, and our finalizer put on the
// pool, before the first write that would have to be undone (rule 11). Buffers shrink before others grow, so that a
// buffer whose replicas were just started does not refill. A failed write ends the turn of its own pool only.
#include <algorithm>

#include "controller/loop/pools.h"
#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

std::string from_to(int from, int to, const char* unit) {
  return "from " + std::to_string(from) + " to " + std::to_string(to) + " " + unit;
}

class Actor {
 public:
  Actor(PoolRound& round, Cycle& cycle, ports::Pools& pools, const Budget& budget, const Settings& settings)
      : round_(round), cycle_(cycle), pools_(pools), budget_(budget), settings_(settings) {}

  /// Returns false if a write failed. While the spec does not decode, nothing is touched unless the pool is being
  /// deleted.
  bool act(Pool& pool) {
    if (pool.problem && !pool.object.meta.deleting) return true;
    budget_.begin();
    const auto errors = pool.errors.size();
    pool.state->write_error.reset();
    const bool acts = pool.usable() && pool.acting && !pool.supply.refusal;
    if (pool.object.spec.sizing == api::Sizing::Scale && !pool.problem) {
      if (acts)
        resize(pool);
      else if (is_known(pool))
        restore(pool);
      keep_record(pool);
    }
    set_buffers(pool, acts && pool.object.spec.sizing == api::Sizing::CapacityBuffer);
    if (pool.object.held && !acts && is_known(pool) && !pool.state->status.before && !has_buffers(pool))
      hold(pool, false);
    return pool.errors.size() == errors;
  }

  /// Deletes buffers whose pool is gone. A buffer whose AIAutoscaler no longer names its pool goes in remove_buffers().
  void drop_orphans() {
    if (!round_.unseen.empty()) return;
    const auto buffers = round_.buffers;
    for (const auto& buffer : buffers) {
      const bool known = std::any_of(round_.pools.begin(), round_.pools.end(),
                                     [&](const Pool& pool) { return pool.object.meta.name == buffer.pool; });
      if (!known && !ended()) note(nullptr, pools_.delete_buffer(buffer), "deleting a buffer whose pool is gone");
    }
  }

 private:
  /// True if all needs of this pool are known. Otherwise nothing is undone.
  [[nodiscard]] bool is_known(const Pool& pool) const {
    return pool.object.meta.deleting || round_.unknown_need(pool).empty();
  }

  [[nodiscard]] bool ended() const {
    return !cycle_.leading || cycle_.stop.stop_requested() || cycle_.outage.is_on() || budget_.is_spent();
  }

  /// Notes the outcome of a write; returns true if the write succeeded.
  bool note(Pool* pool, const Status& outcome, const std::string& what) {
    if (!outcome && lead_lost(cycle_, outcome.error())) return false;
    cycle_.outage.note(outcome);
    if (!outcome && pool != nullptr) {
      if (outcome.error().kind != ErrorKind::Conflict) pool->state->write_error = outcome.error().in(what);
      pool->fail("act", outcome.error().in(what));
    }
    return outcome.ok();
  }

  /// The same for a write that concerns a single AIAutoscaler, and not the pool: its namespace may have a quota, or be
  /// terminating.
  bool note_of_member(Pool& pool, WorkloadState& member, const Status& outcome, const std::string& what) {
    member.buffer_error.reset();
    if (!outcome && lead_lost(cycle_, outcome.error())) return false;
    cycle_.outage.note(outcome);
    if (!outcome && outcome.error().kind != ErrorKind::Conflict) member.buffer_error = outcome.error().in(what);
    if (!outcome) pool.fail("act", outcome.error().in(what));
    return outcome.ok();
  }

  [[nodiscard]] static bool any_refused(const Pool& pool) {
    return std::any_of(pool.members.begin(), pool.members.end(),
                       [](const PoolMember& member) { return member.state->buffer_error.has_value(); });
  }

  bool hold(Pool& pool, bool held) {
    if (ended()) return false;
    if (!note(&pool, pools_.hold(pool.to_write(), held), held ? "adding our finalizer" : "removing our finalizer"))
      return false;
    pool.object.held = held;
    pool.state->confirmed = true;
    return true;
  }

  /// Renews the record's expiry, even in cycles in which we cannot act, so that `release --expired` undoes only pools
  /// whose controller is gone.
  void keep_record(Pool& pool) {
    if (const auto before = pool.state->status.before; before && is_aging(*before))
      record(pool, api::SizeBefore{before->nodes, round_.now + settings_.hold_expiry});
  }

  /// Before the size is changed because of a status which another leader wrote, the status is written back unchanged
  /// with its resourceVersion. A newer status that we have not seen makes this write fail.
  bool confirm(Pool& pool) { return pool.state->confirmed || record(pool, pool.state->status.before); }

  [[nodiscard]] bool is_aging(const api::SizeBefore& before) const {
    return before.expires - round_.now < settings_.hold_expiry * 2 / 3;
  }

  /// Writes the original size, or its removal, into the pool's status.
  bool record(Pool& pool, std::optional<api::SizeBefore> before) {
    if (ended()) return false;
    auto object = pool.to_write();
    object.status = pool.state->status;
    object.status.before = before;
    if (!note(&pool, pools_.write_status(object), "recording the size of before")) return false;
    pool.state->status.before = before;
    pool.state->confirmed = true;
    return true;
  }

  bool write_size(Pool& pool, int nodes) {
    if (ended()) return false;
    const int size = *pool.supply.size;
    const ports::SizeWrite write{size, nodes, pool.supply.size_version};
    if (!note(&pool, pools_.write_size(pool.object, write), "writing the size")) return false;
    if (nodes > size) pool.state->asks.asked(nodes - size, round_.now);
    pool.done.push_back(nodes == size ? "marks taken off its machines" : from_to(size, nodes, "nodes"));
    pool.written = true;
    pool.supply.size = nodes;
    return true;
  }

  /// Writes the planned size. While no member acts (all are Paused, or have another owner), the size and the recorded
  /// original size stay.
  void resize(Pool& pool) {
    if (pool.written || !pool.supply.size) return;  // other reading errors hold only shrinking (PoolInput::hold)
    const auto& decision = *pool.acting;
    const int size = *pool.supply.size;
    // Grow by `more` from the scale's size. `decision.nodes` also counts the surge nodes of a rollout, which are not
    // ours to ask for.
    int nodes = std::max(size, std::min(size + decision.more, pool.object.spec.max_nodes));
    if (decision.nodes < size) nodes = decision.nodes;
    if (!pool.any(&PoolNeed::acts)) nodes = size;
    const auto& before = pool.state->status.before;
    if (nodes == size && !pool.supply.marked()) return;
    if (!pool.object.held && !hold(pool, true)) return;
    if (!before && !record(pool, api::SizeBefore{size, round_.now + settings_.hold_expiry})) return;
    if (confirm(pool)) write_size(pool, nodes);
  }

  /// Puts the original size back, unless another owner sizes the pool now. Nodes that pods hold, or may hold, are kept,
  /// because shrinking would drain them; so are nodes on their way that pods may wait for.
  void restore(Pool& pool) {
    const auto before = pool.state->status.before;
    if (!before || pool.written) return;
    const auto& problem = pool.supply.problem;
    if (problem && problem->kind == ErrorKind::NotFound) record(pool, std::nullopt);  // no scale is left to put back
    if (!pool.supply.size || problem || pool.supply.refusal) return;
    const int needed = pool.supply.held() + pool.awaited();
    const int nodes = std::max(before->nodes, std::min(needed, *pool.supply.size));
    const bool holds = !round_.unseen.empty() || !pool.supply.rolling.empty();
    if (nodes < *pool.supply.size && holds) return;  // unseen pods may run there
    const bool changes = nodes != *pool.supply.size || pool.supply.marked();
    if (changes && (!confirm(pool) || !write_size(pool, nodes))) return;
    if (nodes == before->nodes) record(pool, std::nullopt);
  }

  [[nodiscard]] bool has_buffers(const Pool& pool) const {
    return round_.buffers_error || std::any_of(round_.buffers.begin(), round_.buffers.end(), [&](const auto& buffer) {
             return buffer.pool == pool.object.meta.name;
           });
  }

  struct Change {
    const PoolMember* member;
    std::optional<ports::Buffer> there;  ///< unset: no buffer yet
    int replicas;
  };

  void set_buffers(Pool& pool, bool acts) {
    if (round_.buffers_error) {
      if (acts) pool.fail("act", round_.buffers_error->in("buffers"));
      return;
    }
    std::vector<Change> changes;
    std::set<std::string> kept = pool.object.meta.deleting ? std::set<std::string>{} : round_.unread;
    std::size_t i = 0;
    for (const auto& member : pool.members) {
      const auto& need = member.state->need;
      if ((!need || !need->is_known()) && !pool.object.meta.deleting) kept.insert(member.object->meta.uid);
      if (!acts || !need || !need->is_placeable() || !need->counts()) {
        member.state->buffer_error.reset();  // no buffer is due
        continue;
      }
      const int wanted = pool.acting->buffers[i++];
      kept.insert(member.object->meta.uid);
      const auto* there = buffer_of(pool, member);
      const int now = there == nullptr ? 0 : there->replicas;
      const int replicas = need->stays ? now : wanted;
      const bool renew =
          there != nullptr && there->expires.value_or(round_.now) - round_.now < settings_.hold_expiry * 2 / 3;
      if (replicas == now && !renew)
        member.state->buffer_error.reset();
      else
        changes.push_back({&member, there == nullptr ? std::nullopt : std::optional(*there), replicas});
    }
    remove_buffers(pool, kept);
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return rise(a) < rise(b); });
    for (const auto& change : changes) write_buffer(pool, change);
    const bool asked = acts && !pool.state->write_error && !any_refused(pool);
    if (pool.object.spec.sizing == api::Sizing::CapacityBuffer)
      pool.state->asks.expect(asked ? pool.acting->lacking : 0, round_.now);
    remember_rooms(pool, acts);
  }

  static int rise(const Change& change) { return change.replicas - (change.there ? change.there->replicas : 0); }

  [[nodiscard]] const ports::Buffer* buffer_of(const Pool& pool, const PoolMember& member) const {
    for (const auto& buffer : round_.buffers)
      if (buffer.autoscaler_uid == member.object->meta.uid && buffer.pool == pool.object.meta.name) return &buffer;
    return nullptr;
  }

  void remove_buffers(Pool& pool, const std::set<std::string>& kept) {
    if (!round_.unseen.empty() && !pool.object.meta.deleting) return;  // modes or pools may have changed unseen
    std::erase_if(round_.buffers, [&](const ports::Buffer& buffer) {
      if (buffer.pool != pool.object.meta.name || kept.contains(buffer.autoscaler_uid) || ended()) return false;
      const auto gone = pools_.delete_buffer(buffer);
      if (note(&pool, gone, "deleting the buffer of " + buffer.autoscaler.to_string()))
        pool.done.push_back("the buffer of " + buffer.autoscaler.to_string() + " deleted");
      return gone.ok();
    });
  }

  void write_buffer(Pool& pool, const Change& change) {
    const auto& object = *change.member->object;
    if (ended() || round_.written.contains(object.meta.uid)) return;
    if (!pool.object.held && !hold(pool, true)) return;
    const auto& spec = pool.object.spec;
    std::int64_t used = 0;
    for (const auto& node : pool.nodes) used += api::amount(node.held, spec.gpu_resource);
    ports::BufferWrite write{&object, pool.object.meta.name, change.replicas, spec.gpu_resource, 0, {}, {}};
    write.most_gpus = std::max<std::int64_t>(0, api::times(spec.gpus_per_node, spec.max_nodes) - used);
    write.expires = round_.now + settings_.hold_expiry;
    if (change.there) write.version = change.there->version;
    const std::string who = object.meta.key().to_string();
    const Status outcome = pools_.write_buffer(write);
    if (!note_of_member(pool, *change.member->state, outcome, "the buffer of " + who)) return;
    round_.written.insert(object.meta.uid);
    const int was = change.replicas - rise(change);
    if (rise(change) != 0) pool.done.push_back("buffer of " + who + " " + from_to(was, change.replicas, "replicas"));
    const auto here = [&](const ports::Buffer& buffer) { return buffer.autoscaler_uid == object.meta.uid; };
    std::erase_if(round_.buffers, here);
    round_.buffers.push_back(
        {object.meta.key(), object.meta.uid, pool.object.meta.name, change.replicas, write.expires, write.version});
  }

  void remember_rooms(const Pool& pool, bool acts) {
    for (const auto& member : pool.members) {
      const auto* there = buffer_of(pool, member);
      const auto& need = member.state->need;
      member.state->room.reset();
      if (acts && need) member.state->room = need->asked.desired + (there == nullptr ? 0 : there->replicas);
    }
  }

  PoolRound& round_;
  Cycle& cycle_;
  ports::Pools& pools_;
  Budget budget_;
  const Settings& settings_;
};

}  // namespace

void act_on_pools(PoolRound& round, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                  const Settings& settings) {
  if (!cycle.leading || (round.pools.empty() && round.buffers.empty())) return;
  cycle.outage.give_another_try();
  const Budget budget(clock, settings.cycle / 2);
  Actor actor(round, cycle, pools, budget, settings);
  std::vector<Pool*> due;
  for (auto& pool : round.pools)
    if (!pool.broken) due.push_back(&pool);
  std::string none;  // pools have no namespace
  take_turns(
      cycle, std::move(due), "act", budget, [](const Pool& pool) -> Turn& { return pool.state->acting; }, none,
      [&](Pool& pool) { return actor.act(pool); }, [&](Pool& pool) { pool.fail("act", postponed(cycle)); });
  if (!round.buffers_error) actor.drop_orphans();
}

}  // namespace aia::loop
