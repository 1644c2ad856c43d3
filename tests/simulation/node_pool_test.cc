// Virtual nodes: who is bound where and when, what the node autoscaler launches and removes, and what holds whatever
// happens.
#include "simulation/node_pool.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/simulation/nodes.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

std::size_t nodes_of(const NodesWorld& at) {
  return at.pool->machines.nodes().size();
}

std::ptrdiff_t waiting_pods(const NodesWorld& at) {
  const auto& pods = at.service->pods();
  return std::count_if(pods.begin(), pods.end(), [](const auto& one) { return one.pod.node.empty(); });
}

std::ptrdiff_t nodes_on_their_way(const NodesWorld& at) {
  const auto& nodes = at.pool->machines.nodes();
  return std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return !node.ready; });
}

TEST_CASE("a pod without room waits for a node, and starts when it is bound") {
  NodesWorld at;
  CHECK(nodes_of(at) == 1);
  CHECK(at.service->pods()[0].pod.node == at.service->pods()[1].pod.node);
  at.world.scale_by_hand(kOnNodes, 5);  // three more pods: two nodes
  at.world.advance(10s);
  CHECK(nodes_of(at) == 3);
  CHECK(at.service->pods()[4].pod.node.empty());
  at.world.advance(5min - 10s);  // asked for a second late
  CHECK(at.service->pods()[4].pod.node.empty());
  at.world.advance(1s);
  for (const auto& one : at.service->pods()) CHECK_FALSE(one.pod.node.empty());
  CHECK(at.service->pods()[4].pod.bound_since == kNodesStart + 5min + 1s);
  CHECK(at.service->ready() == 2);
  at.world.advance(3min);
  CHECK(at.service->ready() == 5);
  CHECK(at.service->pods()[4].pod.ready_since == kNodesStart + 8min + 1s);
  CHECK(at.service->node_waits() == std::vector<Millis>(3, 5min + 1s));
  at.world.scale_by_hand(kOnNodes, 6);  // the third node has room for one more
  CHECK_FALSE(at.service->pods()[5].pod.node.empty());
  CHECK(at.service->node_waits().back() == 0ms);
}

TEST_CASE("GPUs are held from binding on, nodes are paid for from when they were asked for") {
  NodesWorld at;
  at.world.scale_by_hand(kOnNodes, 4);
  at.world.advance(10min + 1s);
  CHECK(at.service->totals().replica_seconds == Approx(4 * 601));
  CHECK(at.service->totals().gpu_seconds == Approx(2 * (2 * 601 + 2 * 300)));
  CHECK(at.pool->machines.node_seconds(at.world.now()) == Approx(601 + 600));
}

TEST_CASE("scale-in deletes what waits for a node first, then what starts, then the youngest") {
  NodesWorld at;
  at.world.scale_by_hand(kOnNodes, 4);
  at.world.advance(6min);  // bound, not Ready
  at.world.scale_by_hand(kOnNodes, 5);
  at.world.scale_by_hand(kOnNodes, 4);
  for (const auto& one : at.service->pods()) CHECK_FALSE(one.pod.node.empty());
  at.world.scale_by_hand(kOnNodes, 2);
  CHECK(at.service->ready() == 2);
  at.world.advance(1min);
  CHECK(nodes_of(at) == 1);  // empty for a minute
  CHECK(at.service->node_waits().size() == 3);
}

TEST_CASE("an empty node goes after its delay, unless it is taken before") {
  NodesWorld at;
  at.world.scale_by_hand(kOnNodes, 4);
  at.world.advance(9min);
  at.world.scale_by_hand(kOnNodes, 2);
  at.world.advance(59s);
  CHECK(nodes_of(at) == 2);
  at.world.scale_by_hand(kOnNodes, 3);
  at.world.advance(1h);
  CHECK(nodes_of(at) == 2);
  at.world.scale_by_hand(kOnNodes, 2);
  at.world.advance(61s);
  CHECK(nodes_of(at) == 1);
}

TEST_CASE("no more nodes than the pool may have, and none for a shortage that is over at once") {
  NodesWorld at(api::Sizing::CapacityBuffer, 3);
  at.world.scale_by_hand(kOnNodes, 20);
  at.world.advance(20min);
  CHECK(nodes_of(at) == 3);
  CHECK(at.service->ready() == 6);
  NodesWorld calm;
  calm.world.scale_by_hand(kOnNodes, 9);
  calm.world.scale_by_hand(kOnNodes, 2);
  calm.world.advance(1min);
  CHECK(nodes_of(calm) == 1);
}

TEST_CASE("a buffer keeps its room, gives it to pods at once and is filled again") {
  NodesWorld at;
  REQUIRE(at.buffer(2, "").ok());
  at.world.advance(1h);
  CHECK(nodes_of(at) == 2);  // kept although it is empty
  at.world.scale_by_hand(kOnNodes, 4);
  CHECK_FALSE(at.service->pods()[3].pod.node.empty());
  at.world.advance(10s);
  CHECK(nodes_of(at) == 3);  // one more: the room is used
  REQUIRE(at.buffer(0, at.buffers().front().version).ok());
  at.world.advance(1h);
  CHECK(nodes_of(at) == 2);
  REQUIRE(at.buffer(9, at.buffers().front().version, 4).ok());  // 4 GPUs at most: one node
  at.world.advance(1h);
  CHECK(nodes_of(at) == 3);
}

TEST_CASE("where the buffer shrinks in the same moment as pods take its room, no node is launched") {
  NodesWorld at;
  REQUIRE(at.buffer(2, "").ok());
  at.world.advance(10min);
  at.world.scale_by_hand(kOnNodes, 4);
  REQUIRE(at.buffer(0, at.buffers().front().version).ok());
  at.world.advance(1min);
  CHECK(nodes_of(at) == 2);
}

TEST_CASE("whatever happens: pods only on Ready nodes with room, and nodes for all that wait") {
  const auto seed = GENERATE(range<std::uint64_t>(1, 21));
  CAPTURE(seed);
  const auto sizing = seed % 4 == 0 ? api::Sizing::Scale : api::Sizing::CapacityBuffer;
  NodesWorld at(sizing, 6, seed);
  Random random(seed);
  for (int i = 0; i < 300; ++i) {
    const int what = random.integer(0, 3);
    if (what == 0) at.world.scale_by_hand(kOnNodes, random.integer(0, 16));
    if (what == 1) at.service->replace_pod(static_cast<std::size_t>(random.integer(0, 9)));
    if (what == 2 && sizing == api::Sizing::CapacityBuffer)
      REQUIRE(at.buffer(random.integer(0, 6), at.buffers().empty() ? "" : at.buffers().front().version).ok());
    if (what == 2 && sizing == api::Sizing::Scale)
      REQUIRE(
          at.pools.write_size(at.pool->object, {0, static_cast<int>(random.integer(0, 8)), at.supply().size_version})
              .ok());
    at.world.advance(random.uniform(Millis(1s), Millis(4min)));

    std::map<std::string, int> gpus;
    const auto waiting = waiting_pods(at);
    for (const auto& node : at.pool->machines.nodes()) {
      if (node.ready) gpus[node.name] = 0;
      CHECK(node.ready == (node.ready_at <= at.world.now()));
    }
    for (const auto& one : at.service->pods()) {
      if (one.pod.node.empty()) {
        CHECK_FALSE(one.pod.ready_since.has_value());
        CHECK_FALSE(one.pod.bound_since.has_value());
        continue;
      }
      REQUIRE(gpus.contains(one.pod.node));
      gpus[one.pod.node] += 2;
    }
    for (const auto& [name, held] : gpus) {
      CHECK(held <= 4);
      if (waiting > 0) CHECK(held > 2);  // nobody waits beside room
    }
    CHECK(nodes_of(at) <= 6);
    at.world.advance(1s);  // the autoscaler has seen the last change now
    const bool may_grow = sizing == api::Sizing::CapacityBuffer && nodes_of(at) < 6;
    if (may_grow) CHECK(2 * nodes_on_their_way(at) >= waiting_pods(at));
  }
}

}  // namespace
}  // namespace aia::simulation
