// The node plan: growing ahead, filling what is there, limits, what keeps nodes, and what holds for any pool.
#include "controller/plan/nodes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/controller/words.h"
#include "tests/sanitized.h"

namespace aia::plan::nodes_testing {

using namespace std::chrono_literals;
using api::Amounts;

namespace {

constexpr WallTime kNow{1'000'000s};
const Amounts kFresh{{"nvidia.com/gpu", 8}, {"cpu", 96'000}, {"pods", 110}};

PoolNode node(int gpus_held, bool busy = true) {
  return {kFresh, {{"nvidia.com/gpu", gpus_held}, {"pods", gpus_held > 0 ? 1 : 0}}, true, false, busy && gpus_held > 0};
}

PoolNode on_its_way() {
  PoolNode starting;
  starting.starting = true;
  return starting;
}

/// A workload of 8-GPU replicas.
PoolWorkload workload(int bound, int desired, std::optional<int> ahead) {
  return {"serving/llama", {{{{{"nvidia.com/gpu", 8}}, 1}}}, desired, bound, ahead, 14min, true};
}

PoolInput pool(std::vector<PoolNode> nodes, std::vector<PoolWorkload> workloads) {
  PoolInput input;
  input.now = kNow;
  input.max_nodes = 20;
  input.fresh = kFresh;
  input.asked = static_cast<int>(nodes.size());
  input.nodes = std::move(nodes);
  input.workloads = std::move(workloads);
  return input;
}

/// As if less had been enough for the whole window.
void long_enough(PoolInput& input, int needed) {
  for (auto back = input.shrink_window; back > 0ms; back -= 15s) input.history.push_back({kNow - back, needed});
}

/// Of each workload.
std::vector<int> buffers(const PoolDecision& decision) {
  std::vector<int> replicas;
  for (const auto& room : decision.rooms) replicas.push_back(room.buffer);
  return replicas;
}

bool has(const PoolDecision& decision, const std::string& code) {
  return std::any_of(decision.reasons.begin(), decision.reasons.end(), [&](const auto& r) { return r.code == code; });
}

}  // namespace

TEST_CASE("nodes: what will be wanted when a node asked for now is ready is asked for now") {
  const auto decision = decide_nodes(pool({node(8), node(8)}, {workload(2, 2, 5)}));
  CHECK(decision.nodes == 5);
  CHECK(buffers(decision) == std::vector{3});
  REQUIRE(has(decision, "NodesNeeded"));
  CHECK(
      decision.reasons[0].message ==
      "serving/llama: 5 replicas wanted in 14m, 2 on nodes, 0 more fit what is there or on its way, 3 need new nodes");
}

TEST_CASE("nodes: what is free or on its way is counted once") {
  CHECK(decide_nodes(pool({node(8), node(0), on_its_way()}, {workload(1, 1, 4)})).nodes == 4);
  auto asked = pool({node(8)}, {workload(1, 1, 4)});
  asked.asked = 4;  // three have not appeared yet
  CHECK(decide_nodes(asked).nodes == 4);
  CHECK(decide_nodes(asked).total == 4);
}

TEST_CASE("nodes: replicas that are raised take the buffer's room, and the buffer falls by as many") {
  CHECK(buffers(decide_nodes(pool({node(8), node(0), node(0)}, {workload(1, 1, 3)}))) == std::vector{2});
  CHECK(buffers(decide_nodes(pool({node(8), node(0), node(0)}, {workload(1, 3, 3)}))) == std::vector{0});
  CHECK(buffers(decide_nodes(pool({node(8), node(8), node(8)}, {workload(3, 1, 2)}))) == std::vector{1});  // two leave
}

TEST_CASE("nodes: a pool without a forecast follows what is wanted now") {
  const auto decision = decide_nodes(pool({node(8)}, {workload(1, 3, std::nullopt)}));
  CHECK(decision.nodes == 3);
  CHECK(buffers(decision) == std::vector{0});
}

TEST_CASE("nodes: max is hard, and said") {
  auto input = pool({node(8)}, {workload(1, 1, 9)});
  input.max_nodes = 4;
  const auto decision = decide_nodes(input);
  CHECK(decision.nodes == 4);
  CHECK(buffers(decision) == std::vector{3});
  CHECK(decision.limited);
  CHECK(has(decision, "MaxNodes"));
  input.max_nodes = 0;  // lowered below what is used: left alone
  CHECK(decide_nodes(input).nodes == 1);
}

TEST_CASE("nodes: min is kept without any demand") {
  auto input = pool({}, {});
  input.min_nodes = 2;
  CHECK(decide_nodes(input).nodes == 2);
}

TEST_CASE("nodes: a replica that fits no empty node asks for none") {
  auto huge = workload(0, 1, 3);
  huge.replica.pods[0].requests["nvidia.com/gpu"] = 16;
  const auto decision = decide_nodes(pool({}, {huge}));
  CHECK(decision.nodes == 0);
  CHECK(buffers(decision) == std::vector{0});
  CHECK(has(decision, "FitsNoNode"));
  CHECK_FALSE(decision.limited);
}

TEST_CASE("nodes: idle ones are given back one at a time, once that was so for a while") {
  auto input = pool({node(8), node(0), node(0)}, {workload(1, 1, 1)});
  CHECK(decide_nodes(input).needed == 1);
  CHECK(decide_nodes(input).nodes == 3);  // no history: just started
  long_enough(input, 1);
  CHECK(decide_nodes(input).nodes == 2);
  input.history.back().replicas = 3;
  CHECK(decide_nodes(input).nodes == 3);
  CHECK(has(decide_nodes(input), "Stabilizing"));
}

TEST_CASE("nodes: none is given back while workloads shrink, are not known, or something holds") {
  auto input = pool({node(8), node(0), node(0)}, {workload(1, 1, 1)});
  long_enough(input, 1);
  auto leaving = input, unknown = input, held = input;
  leaving.workloads[0].bound = 2;
  unknown.workloads[0].whole = false;
  held.hold = "nodes are not seen";
  for (const auto& one : {leaving, unknown, held}) {
    CHECK(decide_nodes(one).nodes == 3);
    CHECK(has(decide_nodes(one), "ShrinkHeld"));
  }
}

TEST_CASE("nodes: replicas smaller than a node keep no more idle ones than they need") {
  auto small = workload(1, 1, 4);
  small.replica.pods[0].requests["nvidia.com/gpu"] = 1;
  auto input = pool({node(1), node(0), node(0), node(0)}, {small});
  CHECK(decide_nodes(input).needed == 1);  // seven more fit beside the first
  CHECK(decide_nodes(input).lacking == 0);
  long_enough(input, 1);
  CHECK(decide_nodes(input).nodes == 3);
  input.workloads[0].ahead = 9;
  CHECK(decide_nodes(input).needed == 2);
  input.workloads[0].ahead = 40;
  CHECK(decide_nodes(input).needed == 5);
  input = pool({node(1), node(0), node(0)}, {small, workload(0, 0, 1)});
  CHECK(decide_nodes(input).needed == 2);  // the large one needs a whole one
  input = pool({node(1), node(0), on_its_way()}, {small});
  input.workloads[0].ahead = 12;
  CHECK(decide_nodes(input).needed == 3);  // one that works is not given back for one that may not come
  input.workloads[0].ahead = 8;
  CHECK(decide_nodes(input).needed == 2);
}

TEST_CASE("nodes: what the scheduler may fill at any moment is not given back") {
  auto small = workload(4, 8, 8);
  small.replica.pods[0].requests["nvidia.com/gpu"] = 1;
  auto input = pool({node(4), node(0), node(0)}, {small});
  long_enough(input, 1);
  CHECK(decide_nodes(input).nodes == 3);  // four of them start, and go to the empty ones
  input.workloads[0].desired = 5;
  CHECK(decide_nodes(input).needed == 2);
}

TEST_CASE("nodes: none is given back that would be asked for again") {
  PoolWorkload group = workload(1, 1, 2);
  group.replica = {{{{{"nvidia.com/gpu", 1}}, 1}, {{{"nvidia.com/gpu", 8}}, 1}}};
  auto input = pool({node(1), node(8), node(0), node(0)}, {group});
  long_enough(input, 3);
  CHECK(decide_nodes(input).nodes == 4);  // with three the leader is put where its worker has to go
  auto three = workload(0, 0, 2), two = workload(0, 0, 5);
  three.replica.pods[0].requests["nvidia.com/gpu"] = 3;
  two.replica.pods[0].requests["nvidia.com/gpu"] = 2;
  input = pool({node(0), node(0), node(0)}, {three, two});
  long_enough(input, 2);
  const auto decision = decide_nodes(input);
  input.nodes.pop_back();
  input.asked = 2;
  CHECK((decision.nodes == 3 || decide_nodes(input).more == 0));
}

TEST_CASE("nodes: those starting, cordoned or used by others are not given back") {
  PoolNode cordoned = node(0);
  cordoned.usable = false;
  auto input = pool({node(8), node(1), on_its_way(), cordoned}, {});
  long_enough(input, 0);
  CHECK(decide_nodes(input).nodes == 4);
}

TEST_CASE("nodes: two workloads share a pool, each with its own figure") {
  auto small = workload(0, 2, 4);
  small.name = "serving/small";
  small.replica.pods[0].requests["nvidia.com/gpu"] = 2;
  const auto decision = decide_nodes(pool({node(8)}, {workload(1, 1, 2), small}));
  CHECK(decision.nodes == 3);  // one more of eight, and four of two on the next
  CHECK(buffers(decision) == std::vector{1, 2});
}

TEST_CASE("nodes: for any pool nothing that is used or starting is given back, and max is kept") {
  std::mt19937_64 dice(11);
  const auto upto = [&](int n) { return static_cast<int>(dice() % static_cast<std::uint64_t>(n + 1)); };
  for (int round = 0; round < aia::testing::tries(5000); ++round) {
    PoolInput input = pool({}, {});
    for (int i = upto(8); i > 0; --i) {
      const int kind = upto(9);
      input.nodes.push_back(kind == 0 ? on_its_way() : node(upto(8)));
    }
    input.asked = upto(10);
    input.min_nodes = upto(3), input.max_nodes = input.min_nodes + upto(8);
    for (int i = upto(3); i > 0; --i) {
      auto one = workload(upto(4), upto(6), upto(3) == 0 ? std::nullopt : std::optional(upto(12)));
      one.replica.pods[0].requests["nvidia.com/gpu"] = 1 + upto(9);
      one.whole = upto(5) > 0;
      input.workloads.push_back(one);
    }
    if (upto(1) == 0) long_enough(input, upto(4));
    const PoolDecision decision = decide_nodes(input);
    CAPTURE(round);
    const auto held = [](const PoolNode& one) { return one.busy || one.starting || !one.usable; };
    const int kept = static_cast<int>(std::count_if(input.nodes.begin(), input.nodes.end(), held)) +
                     std::max(0, input.asked - static_cast<int>(input.nodes.size()));
    REQUIRE(decision.nodes >= kept);
    REQUIRE(decision.nodes >= decision.total - 1);
    REQUIRE(decision.nodes <= std::max(input.max_nodes, decision.total));
    REQUIRE(decision.needed >= input.min_nodes);
    REQUIRE(decision.rooms.size() == input.workloads.size());
    for (std::size_t i = 0; i < decision.rooms.size(); ++i) {
      const auto& one = input.workloads[i];
      REQUIRE(decision.rooms[i].buffer >= 0);
      REQUIRE(decision.rooms[i].buffer <= std::max(0, one.ahead.value_or(0) - one.desired));
    }
    for (const auto& reason : decision.reasons) REQUIRE_FALSE(reason.message.empty());
    // What is wanted later only ever adds.
    PoolInput more = input;
    for (auto& one : more.workloads)
      if (one.ahead) one.ahead = *one.ahead + 1;
    REQUIRE(decide_nodes(more).needed >= decision.needed);
  }
}

}  // namespace aia::plan::nodes_testing
