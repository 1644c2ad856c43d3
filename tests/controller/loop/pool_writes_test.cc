// The writes that a pool's plan asks for, as values: which, in which order, and what a failure of each means (rule 11).
#include "controller/loop/nodepool/pool_writes.h"

#include <catch2/catch.hpp>

#include "tests/controller/loop/fake_pools.h"

namespace aia::loop::fakes {
namespace {

constexpr WallTime kNow{1'000'000s};

/// "size 2 to 5"; "@7": the write is refused where the pool is no longer as version 7.
std::string said(const Write& write) {
  const auto at = [](const api::AcceleratorPool& object) {
    return object.meta.resource_version.empty() ? "" : "@" + object.meta.resource_version;
  };
  const auto in_words = [&](const Change& change) -> std::string {
    if (const auto* size = std::get_if<SetSize>(&change))
      return "size " + std::to_string(size->from) + " to " + std::to_string(size->to);
    if (const auto* record = std::get_if<SetRecord>(&change)) {
      const auto& before = record->object.status.before;
      return "record " + (before ? std::to_string(before->nodes) : "none") + at(record->object);
    }
    if (const auto* finalizer = std::get_if<SetFinalizer>(&change))
      return (finalizer->held ? "finalizer on" : "finalizer off") + at(finalizer->object);
    if (const auto* buffer = std::get_if<SetBuffer>(&change))
      return "buffer " + buffer->owner.name + " " + std::to_string(buffer->from) + " to " + std::to_string(buffer->to);
    if (const auto* gone = std::get_if<DeleteBuffer>(&change)) return "delete " + gone->buffer.autoscaler.name;
    return "replicas";
  };
  const char* const fails = write.on_failure == OnFailure::GoOn                 ? ", alone"
                            : write.on_failure == OnFailure::OnlyIfAllSucceeded ? ", last"
                                                                                : "";
  return in_words(write.change) + fails;
}

/// A pool of three nodes, with one member "a" that acts, planned to have `more` nodes more.
struct PlannedPool {
  PoolState state{api::AcceleratorPool{}};
  std::map<std::string, MemberState> members;
  NodePools pools;
  Settings settings;

  explicit PlannedPool(api::Sizing sizing = api::Sizing::Scale) {
    pools.now = kNow;
    Pool pool;
    pool.object.meta = {"", "h100", "uid-h100", "7", 1, kNow, false, {}};
    pool.object.spec.sizing = sizing;
    pool.object.spec.max_nodes = 30;
    pool.object.spec.gpus_per_node = 8;
    pool.state = &state;
    if (sizing == api::Sizing::Scale) pool.seen.supply.size = 3;
    state.confirmed = true;
    pools.pools.push_back(std::move(pool));
    plan(3, 3);
    add("a", 0);
  }

  Pool& pool() { return pools.pools.front(); }

  void add(const std::string& name, int wanted_buffer) {
    NodeNeed need;
    need.planned.replica = api::ReplicaShape{{{{{"nvidia.com/gpu", 8}}, 1}}};
    need.asked = need.planned;
    need.acts = true;
    members[name].need = need;
    pool().members.push_back({{"serving", name, "uid-" + name, "1", 1, kNow, false, {}}, {}, .95, &members[name]});
    pool().plan.acting->rooms.push_back({"uid-" + name, wanted_buffer, 0});
  }

  void plan(int total, int nodes) {
    plan::PoolDecision decision;
    decision.total = total, decision.nodes = decision.needed = nodes;
    decision.more = std::max(0, nodes - total);
    pool().plan = {decision, decision};
  }

  void keeps_buffer(const std::string& name, int replicas, const std::string& pool = "h100") {
    pools.buffers.push_back({{"serving", name}, "uid-" + name, pool, replicas, kNow + settings.hold_expiry, "3"});
  }

  void was(int nodes, Millis expires_in = 1h) { state.status.last.before = api::SizeBefore{nodes, kNow + expires_in}; }

  std::vector<std::string> writes() {
    std::vector<std::string> all;
    for (const Write& write : writes_of(pool(), pools, settings)) all.push_back(said(write));
    return all;
  }
};

using Words = std::vector<std::string>;

TEST_CASE("pool writes: nothing is due where the size is as planned") {
  CHECK(PlannedPool().writes().empty());
}

TEST_CASE("pool writes: the finalizer and the size of before come first") {
  PlannedPool grows;
  grows.plan(3, 5);
  CHECK(grows.writes() == Words{"finalizer on", "record 3", "size 3 to 5"});
  grows.pool().object.held = true;
  CHECK(grows.writes() == Words{"record 3", "size 3 to 5"});
  grows.was(2);
  CHECK(grows.writes() == Words{"size 3 to 5"});
  grows.plan(3, 2);
  CHECK(grows.writes() == Words{"size 3 to 2"});
}

TEST_CASE("pool writes: the first write after a change of leaders is refused where a newer status stands") {
  PlannedPool grows;
  grows.state.confirmed = false;
  grows.plan(3, 5);
  CHECK(grows.writes() == Words{"finalizer on@7", "record 3", "size 3 to 5"});
  grows.pool().object.held = true;
  grows.was(2);
  CHECK(grows.writes() == Words{"record 2@7", "size 3 to 5"});
  grows.was(2, 10min);  // renewing the record is such a write, too, and then its failure ends the list
  CHECK(grows.writes() == Words{"record 2@7", "size 3 to 5"});
}

TEST_CASE("pool writes: a record is renewed in time, and a failure to do so holds up nothing") {
  PlannedPool grows;
  grows.pool().object.held = true;
  grows.was(2, 10min);
  CHECK(grows.writes() == Words{"record 2, alone"});
  grows.plan(3, 4);
  CHECK(grows.writes() == Words{"record 2, alone", "size 3 to 4"});
}

TEST_CASE("pool writes: growth is from the scale's size, up to the bound, and surge nodes are not asked for again") {
  PlannedPool grows;
  grows.pool().object.held = true;
  grows.was(2);
  grows.plan(5, 6);  // two surge nodes of a rollout are there
  CHECK(grows.writes() == Words{"size 3 to 4"});
  grows.pool().object.spec.max_nodes = 3;
  CHECK(grows.writes().empty());
}

TEST_CASE("pool writes: where all members are Paused, the size stays, whatever the plan") {
  PlannedPool paused;
  paused.plan(3, 5);
  auto& need = *paused.members["a"].need;
  need.acts = false, need.stays = true;
  CHECK(paused.writes().empty());
}

TEST_CASE("pool writes: what nobody needs goes back to the size of before, and the finalizer goes last") {
  PlannedPool idle;
  idle.pool().object.held = true;
  idle.was(2);
  idle.pool().plan.acting.reset();
  idle.members["a"].need->acts = false;
  CHECK(idle.writes() == Words{"size 3 to 2", "record none", "finalizer off, last"});
  SECTION("nodes in use stay, and so does the record") {
    ports::Node busy;
    busy.busy = true;
    idle.pool().seen.supply.nodes = {busy, busy, busy};
    CHECK(idle.writes().empty());
  }
  SECTION("unseen pods may use the nodes") {
    idle.pools.unseen = "pods";
    CHECK(idle.writes().empty());
  }
  SECTION("an AIAutoscaler that cannot be read may need the nodes") {
    idle.pools.unread = {"uid-x"};
    CHECK(idle.writes().empty());
  }
  SECTION("the scale is gone") {
    idle.pool().seen.supply.problem = Error{ErrorKind::NotFound, "no such NodePool", {}};
    CHECK(idle.writes() == Words{"record none", "finalizer off, last"});
  }
  SECTION("another owner sizes the pool") {
    idle.pool().seen.supply.refusal = api::Reason{api::Code::SharedScale, "an older pool sizes it"};
    CHECK(idle.writes().empty());
  }
}

TEST_CASE("pool writes: buffers that shrink come before buffers that grow, each by its own AIAutoscaler") {
  PlannedPool room(api::Sizing::CapacityBuffer);
  room.add("b", 1);
  room.add("c", 4);
  room.keeps_buffer("b", 3);
  room.keeps_buffer("c", 2);
  CHECK(room.writes() == Words{"finalizer on", "buffer b 3 to 1, alone", "buffer c 2 to 4, alone"});
  std::reverse(room.pool().members.begin(), room.pool().members.end());  // matched by uid, not by place
  CHECK(room.writes() == Words{"finalizer on", "buffer b 3 to 1, alone", "buffer c 2 to 4, alone"});
  std::reverse(room.pool().plan.acting->rooms.begin(), room.pool().plan.acting->rooms.end());
  CHECK(room.writes() == Words{"finalizer on", "buffer b 3 to 1, alone", "buffer c 2 to 4, alone"});
}

TEST_CASE("pool writes: the buffer of a member that is paused stays, that of one that left goes") {
  PlannedPool room(api::Sizing::CapacityBuffer);
  room.pool().object.held = true;
  room.add("b", 1);
  room.members["b"].need->acts = false, room.members["b"].need->stays = true;
  room.keeps_buffer("b", 3);
  room.keeps_buffer("left", 2);
  room.keeps_buffer("other", 2, "l40s");
  CHECK(room.writes() == Words{"delete left, alone"});
  room.pools.unseen = "aiautoscalers";
  CHECK(room.writes().empty());
}

TEST_CASE("pool writes: without buffers to be read none is touched, and the finalizer stays") {
  PlannedPool idle(api::Sizing::CapacityBuffer);
  idle.pool().object.held = true;
  idle.pool().plan.acting.reset();
  idle.members["a"].need->acts = false;
  CHECK(idle.writes() == Words{"finalizer off, last"});
  idle.pools.buffers_error = Error{ErrorKind::Timeout, "no answer", {}};
  CHECK(idle.writes().empty());
}

TEST_CASE("pool writes: a pool that is deleted gives everything back, whoever is unknown") {
  PlannedPool room(api::Sizing::CapacityBuffer);
  room.pool().object.held = true;
  room.pool().object.meta.deleting = true;
  room.keeps_buffer("a", 3);
  room.pools.unread = {"uid-x"};
  CHECK(room.writes() == Words{"delete a, alone", "finalizer off, last"});
}

/// Sends `writes` to a world with the pool h100, and returns what arrived.
struct Sent : World {
  FakePools to{clock};
  api::AcceleratorPool pool;
  std::vector<std::string> failed;

  Sent() {
    pool.meta = {"", "h100", "uid-h100", "1", 1, clock.now(), false, {}};
    to.objects["h100"].object = pool;
    to.sizes["h100"] = 2;
  }
  bool send(
      const std::vector<Write>& writes, const std::function<bool()>& may = [] { return true; }) {
    return send_all(writes, {&cluster, &to}, may, [&](const Attempt& attempt) {
      if (!attempt.outcome) failed.push_back(said(attempt.write));
    });
  }
  Write size(int nodes) { return {SetSize{pool, 2, nodes, "1", false}, ""}; }
  Write record(const std::string& version) {
    auto object = pool;
    object.meta.resource_version = version;
    object.status.before = api::SizeBefore{2, clock.now()};
    return {SetRecord{object}, ""};
  }
  static Write buffer(const std::string& name, OnFailure on_failure) {
    SetBuffer set;
    set.owner.ns = "serving", set.owner.name = name, set.pool = "h100", set.to = 1;
    return {set, "", on_failure};
  }
  Write let_go() { return {SetFinalizer{pool, false}, "", OnFailure::OnlyIfAllSucceeded}; }
};

TEST_CASE_METHOD(Sent, "writes: a failure ends the list, because later writes build on the failed write") {
  CHECK_FALSE(send({record("99"), size(5)}));
  CHECK(failed == Words{"record 2@99"});
  CHECK(to.writes.empty());
  CHECK(send({record("1"), size(5)}));
  CHECK(to.writes == Words{"record 2", "size h100 5"});
}

TEST_CASE_METHOD(Sent, "writes: what failed for one AIAutoscaler stops no other, but the finalizer stays") {
  to.buffer_errors["a"] = Error{ErrorKind::Forbidden, "quota", {}};
  CHECK_FALSE(send({buffer("a", OnFailure::GoOn), buffer("b", OnFailure::GoOn), let_go()}));
  CHECK(failed == Words{"buffer a 0 to 1, alone"});
  CHECK(to.writes == Words{"buffer b 1"});
}

TEST_CASE_METHOD(Sent, "writes: the list waits where it may not go on, and nothing counts as failed") {
  CHECK(send({record("1"), size(5)}, [&] { return to.writes.empty(); }));
  CHECK(to.writes == Words{"record 2"});
}

TEST_CASE_METHOD(Sent, "writes: replicas are never set to 0") {
  SetReplicas none{cluster.objects.at("llm").object, 2, 0, "1", ""};
  CHECK_THROWS_AS(send({{none, ""}}), BrokenInvariant);
}

}  // namespace
}  // namespace aia::loop::fakes
