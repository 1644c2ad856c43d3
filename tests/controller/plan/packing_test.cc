// Where replicas land and how many nodes they need more: the cases that pools meet, then what holds for any.
#include "controller/plan/packing.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "tests/sanitized.h"

namespace aia::plan::packing_testing {

using api::Amounts;

namespace {

const Amounts kNode{{"nvidia.com/gpu", 8}, {"cpu", 96'000}, {"memory", 1024}, {"pods", 110}};

api::ReplicaShape gpus(std::int64_t count, std::int64_t cpu = 1000) {
  return {{{{{"nvidia.com/gpu", count}, {"cpu", cpu}}, 1}}};
}

Amounts free_gpus(std::int64_t count) {
  Amounts free = kNode;
  free["nvidia.com/gpu"] = count;
  return free;
}

Packing packed(std::vector<Amounts> free, const std::vector<Wanted>& wanted, int most_new = 100) {
  return pack(std::move(free), wanted, kNode, most_new);
}

}  // namespace

TEST_CASE("packing: how many pods fit is what the scarcest resource says") {
  CHECK(fitting({{"nvidia.com/gpu", 2}, {"cpu", 1000}}, kNode) == 4);
  CHECK(fitting({{"nvidia.com/gpu", 2}, {"cpu", 48'000}}, kNode) == 2);
  CHECK(fitting({{"amd.com/gpu", 1}}, kNode) == 0);
  CHECK(fitting({{"amd.com/gpu", 0}, {"cpu", 1}}, kNode) == 96'000);
  CHECK(fitting({{"cpu", 1}}, {{"cpu", -5}}) == 0);  // more is held than there is
}

TEST_CASE("packing: what is free is used first, and new nodes are filled") {
  const auto packing = packed({free_gpus(8), free_gpus(2)}, {{gpus(4), 5}});
  CHECK(packing.placed == std::vector{5});
  CHECK(packing.on_new_nodes == std::vector{3});
  CHECK(packing.new_nodes == 2);
  CHECK(packing.taken == std::vector<std::size_t>{2, 0});
}

TEST_CASE("packing: fragments are not room") {
  CHECK(packed({free_gpus(4), free_gpus(4)}, {{gpus(8), 1}}).new_nodes == 1);
  CHECK(packed({free_gpus(4), free_gpus(4)}, {{gpus(4), 2}}).new_nodes == 0);
}

TEST_CASE("packing: the largest come first, whoever asks first") {
  const auto packing = packed({free_gpus(8)}, {{gpus(1), 4}, {gpus(8), 1}});
  CHECK(packing.placed == std::vector{4, 1});
  CHECK(packing.new_nodes == 1);
  CHECK(packing.on_new_nodes == std::vector{4, 0});
}

TEST_CASE("packing: no more nodes than there may be, and whoever finds no room is told") {
  const auto packing = packed({}, {{gpus(8), 5}}, 3);
  CHECK(packing.placed == std::vector{3});
  CHECK(packing.new_nodes == 3);
  CHECK_FALSE(packing.never[0]);
}

TEST_CASE("packing: what fits no node takes none") {
  const auto packing = packed({free_gpus(8)}, {{gpus(16), 2}, {gpus(1, 200'000), 1}, {gpus(8), 1}});
  CHECK(packing.never == std::vector{true, true, false});
  CHECK(packing.placed == std::vector{0, 0, 1});
  CHECK(packing.new_nodes == 0);
}

TEST_CASE("packing: a group is a leader and its workers, on as many nodes as they need") {
  const api::ReplicaShape group{{{{{"nvidia.com/gpu", 8}}, 1}, {{{"nvidia.com/gpu", 8}}, 3}}};
  CHECK(packed({}, {{group, 2}}).new_nodes == 8);
  const auto tight = packed({free_gpus(8)}, {{group, 1}}, 2);
  CHECK(tight.placed == std::vector{0});  // three of four pods found room
  CHECK(tight.new_nodes == 2);
}

TEST_CASE("packing: a node takes no more pods than it may") {
  Amounts few = kNode;
  few["pods"] = 2;
  CHECK(pack({}, {{gpus(1), 5}}, few, 100).new_nodes == 3);
}

TEST_CASE("packing: for any pods it takes no more than there is and no fewer nodes than their sum") {
  std::mt19937_64 dice(7);
  const auto upto = [&](int n) { return static_cast<int>(dice() % static_cast<std::uint64_t>(n + 1)); };
  for (int round = 0; round < aia::testing::tries(3000); ++round) {
    std::vector<Amounts> free;
    for (int i = upto(6); i > 0; --i) free.push_back(free_gpus(upto(8)));
    std::vector<Wanted> wanted;
    for (int i = upto(4); i > 0; --i) wanted.push_back({gpus(1 + upto(8)), upto(8)});
    const int most_new = upto(12);
    const auto packing = packed(free, wanted, most_new);
    CAPTURE(round);
    REQUIRE(packing.new_nodes <= most_new);
    std::int64_t asked = 0, there = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      REQUIRE(packing.placed[i] <= wanted[i].replicas);
      REQUIRE(packing.on_new_nodes[i] <= packing.placed[i]);
      asked += packing.placed[i] * api::gpus_of(wanted[i].replica).value();
      if (packing.never[i]) REQUIRE(packing.placed[i] == 0);
    }
    for (const Amounts& node : free) there += api::amount(node, "nvidia.com/gpu");
    REQUIRE(asked <= there + 8 * packing.new_nodes);
    const int placed = std::accumulate(packing.placed.begin(), packing.placed.end(), 0);
    const auto taken = std::accumulate(packing.taken.begin(), packing.taken.end(), std::size_t{0});
    const int on_new = std::accumulate(packing.on_new_nodes.begin(), packing.on_new_nodes.end(), 0);
    REQUIRE(static_cast<int>(taken) + on_new == placed);  // pods of one each
    // More room is never worse: with an empty node more, no more new ones are needed.
    auto more = free;
    more.push_back(kNode);
    REQUIRE(packed(more, wanted, most_new).new_nodes <= packing.new_nodes);
  }
}

}  // namespace aia::plan::packing_testing
