// ports::Pools over the world: what is read is what the machines are, and writes obey versions and the lease.
#include "simulation/virtual_pools.h"

#include <catch2/catch.hpp>

#include "tests/simulation/nodes.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

TEST_CASE("supplies show Ready nodes with what they hold, and a request for each node that was asked for") {
  NodesWorld at;
  at.world.scale_by_hand(kOnNodes, 3);
  at.world.advance(10s);
  auto supply = at.supply();
  REQUIRE(supply.nodes.size() == 1);
  CHECK(supply.nodes[0].allocatable["nvidia.com/gpu"] == 4);
  CHECK(supply.nodes[0].held["nvidia.com/gpu"] == 4);
  CHECK(supply.nodes[0].busy);
  CHECK(supply.nodes[0].ready_since < kNodesStart);
  REQUIRE(supply.requests.size() == 2);
  CHECK(supply.requests[0].node == supply.nodes[0].name);
  CHECK(supply.requests[1].node.empty());
  CHECK(supply.requests[1].created == kNodesStart + 1s);
  CHECK_FALSE(supply.size.has_value());
  at.world.advance(5min);
  supply = at.supply();
  REQUIRE(supply.nodes.size() == 2);
  CHECK(supply.requests[1].node == supply.nodes[1].name);
  CHECK(supply.nodes[1].ready_since == kNodesStart + 5min + 1s);
  CHECK(supply.nodes[1].held["nvidia.com/gpu"] == 2);
}

TEST_CASE("a scale is followed, and no node is launched for pods") {
  NodesWorld at(api::Sizing::Scale);
  CHECK(at.supply().size == 1);
  at.world.scale_by_hand(kOnNodes, 4);
  at.world.advance(1h);
  CHECK(at.service->ready() == 2);
  const auto version = at.supply().size_version;
  REQUIRE(at.pools.write_size(at.pool->object, {1, 4, version}).ok());
  CHECK(at.pools.write_size(at.pool->object, {1, 9, version}).error().kind == ErrorKind::Conflict);
  CHECK(at.supply().requests.size() == 4);
  at.world.advance(8min);
  CHECK(at.service->ready() == 4);
  REQUIRE(at.pools.write_size(at.pool->object, {4, 1, at.supply().size_version}).ok());
  CHECK(at.supply().nodes.size() == 3);  // the empty one went, those in use stay until they are empty
  at.world.scale_by_hand(kOnNodes, 2);
  CHECK(at.supply().nodes.size() == 1);
}

TEST_CASE("buffers carry versions, go with their owner, and every write is in the audit") {
  NodesWorld at;
  REQUIRE(at.buffer(2, "").ok());
  CHECK(at.buffer(3, "").error().kind == ErrorKind::Conflict);
  REQUIRE(at.buffers().size() == 1);
  const auto first = at.buffers().front();
  CHECK(first.autoscaler == kOnNodes);
  CHECK(first.replicas == 2);
  CHECK(first.expires == kNodesStart + 1h);
  REQUIRE(at.buffer(3, first.version).ok());
  CHECK(at.buffer(4, first.version).error().kind == ErrorKind::Conflict);
  REQUIRE(at.pools.delete_buffer(at.buffers().front()).ok());
  REQUIRE(at.pools.delete_buffer(first).ok());  // gone already: done
  CHECK(at.buffers().empty());
  std::vector<std::string> outcomes;
  for (const auto& write : at.world.audit().writes()) {
    if (write.kind == "Buffer") outcomes.push_back(write.value + " " + write.outcome);
  }
  CHECK(outcomes == std::vector<std::string>{"2 ok", "3 conflict", "3 ok", "4 conflict"});
  REQUIRE(at.buffer(2, "").ok());
  at.world.remove(kOnNodes);
  CHECK(at.buffers().empty());
}

TEST_CASE("the pool is held, let go and told about, and without the lease nothing is written") {
  NodesWorld at;
  auto pool = at.pools.pools().front().object;
  CHECK(pool.spec == at.pool->object.spec);
  REQUIRE(at.pools.hold(pool, true).ok());
  CHECK(at.pools.pools().front().object.held);
  pool.status.nodes = 7;
  CHECK(at.pools.write_status(pool).error().kind == ErrorKind::Conflict);  // as it was read before it was held
  CHECK(at.pools.hold(pool, false).error().kind == ErrorKind::Conflict);
  pool.meta.resource_version.clear();
  REQUIRE(at.pools.write_status(pool).ok());
  CHECK(at.pools.pools().front().object.status.nodes == 7);
  CHECK(at.pools.pools().front().object.held);
  CHECK(at.pools.write_event(pool, {false, api::Code::Sized, api::EventAction::Size, ""}).ok());
  CHECK(at.pools.write_size(pool, {0, 1, ""}).error().kind == ErrorKind::NotFound);  // it has no scale
  at.pools.leads = [] { return false; };
  const auto writes = at.world.audit().writes().size();
  CHECK(at.pools.hold(pool, false).error().kind == ErrorKind::NotLeading);
  CHECK(at.buffer(1, "").error().kind == ErrorKind::NotLeading);
  CHECK(at.world.audit().writes().size() == writes);
}

}  // namespace
}  // namespace aia::simulation
