// Several workloads on one pool: what they want together, by the scenario paths they share, and when that is not known.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "controller/plan/nodes.h"
#include "tests/controller/words.h"
#include "tests/sanitized.h"

namespace aia::plan::nodes_together_testing {

using namespace std::chrono_literals;
using api::Amounts;

namespace {

using Paths = std::map<long, int>;

constexpr int kPaths = 20;

/// `high` replicas on the paths from `first` to before `last`, `low` on the others.
Paths high_on(long first, long last, int low, int high) {
  Paths paths;
  for (long path = 0; path < kPaths; ++path) paths[path] = path >= first && path < last ? high : low;
  return paths;
}

/// One that runs on `desired` nodes, a replica on each.
PoolWorkload workload(const std::string& name, int desired, std::optional<int> ahead, Paths paths, int gpus = 8) {
  PoolWorkload one{name, {{{{{"nvidia.com/gpu", gpus}}, 1}}}, desired, desired, ahead, 14min, true};
  one.paths = std::move(paths);
  return one;
}

/// With as many full nodes as replicas run.
PoolInput pool(std::vector<PoolWorkload> workloads) {
  PoolInput input;
  input.now = WallTime{1'000'000s};
  input.max_nodes = 500;
  input.fresh = {{"nvidia.com/gpu", 8}, {"cpu", 96'000}, {"pods", 110}};
  for (const auto& one : workloads) {
    const PoolNode full{input.fresh, {{"nvidia.com/gpu", 8}, {"pods", 1}}, true, false, true};
    input.nodes.insert(input.nodes.end(), static_cast<std::size_t>(one.bound), full);
  }
  input.asked = static_cast<int>(input.nodes.size());
  input.workloads = std::move(workloads);
  return input;
}

/// Of each workload.
std::vector<int> buffers(const PoolDecision& decision) {
  std::vector<int> replicas;
  for (const auto& room : decision.rooms) replicas.push_back(room.buffer);
  return replicas;
}

/// Of each workload.
std::vector<int> rooms(const PoolDecision& decision) {
  std::vector<int> replicas;
  for (const auto& room : decision.rooms) replicas.push_back(room.room);
  return replicas;
}

/// Its message; empty: it is not among the reasons.
std::string said(const PoolDecision& decision, const std::string& code) {
  for (const auto& reason : decision.reasons)
    if (reason.code == code) return reason.message;
  return "";
}

/// Of all paths.
int own_figure(const Paths& paths, double quantile) {
  std::vector<int> sorted;
  for (const auto& [path, replicas] : paths) sorted.push_back(replicas);
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(sorted.size()) - 1e-9));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

TEST_CASE("nodes together: workloads that peak at different times need fewer than the sum of their figures") {
  const auto input =
      pool({workload("day", 1, 9, high_on(0, 10, 1, 9)), workload("night", 1, 9, high_on(10, 20, 1, 9))});
  const auto decision = decide_nodes(input);
  CHECK(decision.nodes == 10);                    // nine of one and one of the other, whichever it is
  CHECK(buffers(decision) == std::vector{4, 4});  // both are lowered by the same share
  CHECK(said(decision, "Together") == "80 GPUs are wanted together, where each workload's own figure sums to 144");
  CHECK(said(decision, "SumOfFigures").empty());
}

TEST_CASE("nodes together: those that peak at the same time need the sum") {
  const auto input = pool({workload("a", 1, 9, high_on(0, 10, 1, 9)), workload("b", 1, 9, high_on(0, 10, 1, 9))});
  CHECK(decide_nodes(input).nodes == 18);
  CHECK(said(decide_nodes(input), "Together") ==
        "144 GPUs are wanted together, where each workload's own figure sums to 144");
}

TEST_CASE("nodes together: without paths that all of them share it is the sum, and called that") {
  const auto a = workload("a", 1, 9, high_on(0, 10, 1, 9)), b = workload("b", 1, 9, high_on(10, 20, 1, 9));
  auto none_a = a, none_b = b, other = b;
  none_a.paths.clear(), none_b.paths.clear(), other.paths.clear();
  for (const auto& [path, replicas] : b.paths) other.paths[path + kPaths] = replicas;  // of other past origins
  const auto c = workload("c", 1, 9, {});
  const std::vector<std::vector<PoolWorkload>> apart{{none_a, none_b}, {a, none_b}, {none_a, b}, {a, other}};
  for (const auto& workloads : apart) {
    const auto decision = decide_nodes(pool(workloads));
    CHECK(decision.nodes == 18);
    CHECK(said(decision, "SumOfFigures").substr(0, 44) == "144 GPUs are the sum of each workload's own ");
    CHECK(said(decision, "Together").empty());
  }
  const auto three = decide_nodes(pool({a, b, c}));  // one of three is enough
  CHECK(three.nodes == 27);
  CHECK_FALSE(said(three, "SumOfFigures").empty());
}

TEST_CASE("nodes together: only paths that all of them have count") {
  Paths of_a, of_b;  // on 10 to 19 they take turns with three; where only one has a path it wants nine
  for (long path = 0; path < 20; ++path) of_a[path] = path < 10 ? 9 : path < 15 ? 3 : 1;
  for (long path = 10; path < 30; ++path) of_b[path] = path < 15 ? 1 : path < 20 ? 3 : 9;
  CHECK(share_at_once({workload("a", 1, 9, of_a), workload("b", 1, 9, of_b)}, 1) == 0.5);
}

TEST_CASE("nodes together: for one alone, or when nobody wants more, nothing is added up or said") {
  const auto alone = decide_nodes(pool({workload("a", 1, 9, high_on(0, 1, 1, 9))}));
  CHECK(alone.nodes == 9);  // its own figure, whatever its paths
  CHECK_FALSE(share_at_once({workload("a", 1, 9, high_on(0, 1, 1, 9))}, 0.95));
  CHECK(alone.reasons.front().code == "NodesNeeded");
  const auto calm = decide_nodes(pool({workload("a", 2, 2, high_on(0, 1, 1, 9)), workload("b", 2, {}, {})}));
  CHECK(calm.nodes == 4);
  CHECK(calm.reasons.front().code == "NodesEnough");
}

TEST_CASE("nodes together: the quantile is the smallest figure that so many of the paths do not exceed") {
  Paths rising, falling;
  for (int path = 0; path < kPaths; ++path) rising[path] = path + 1, falling[path] = kPaths - path;  // always 21 in all
  const std::vector both{workload("a", 0, 20, rising), workload("b", 0, 20, falling)};
  const std::vector<std::pair<double, int>> ranks{{0.55, 11},  {0.56, 12},  {0.9, 18}, {0.95, 19},
                                                  {0.951, 20}, {0.999, 20}, {1.0, 20}};
  for (const auto& [quantile, rank] : ranks) {
    CAPTURE(quantile);
    CHECK(share_at_once(both, quantile) == 21.0 / (2 * rank));
  }
  for (const double quantile : {0.0, 0.05, 0.06, 0.5}) CHECK(share_at_once(both, quantile) == 1.0);  // never more
  auto input = pool(both);
  CHECK(said(decide_nodes(input), "Together").substr(0, 8) == "184 GPUs");  // 23 replicas: 40 * 21 / 38, rounded up
  input.quantile = 0.5;
  CHECK(said(decide_nodes(input), "Together").substr(0, 8) == "320 GPUs");
}

TEST_CASE("nodes together: paths on which nobody wants more than now say nothing, and each keeps its own figure") {
  const auto input = pool({workload("a", 3, 6, high_on(0, 0, 0, 0)), workload("b", 2, 4, high_on(0, 0, 1, 1))});
  CHECK(share_at_once(input.workloads, 0.95) == 1.0);
  CHECK(rooms(decide_nodes(input)) == std::vector{6, 4});
}

TEST_CASE("nodes together: one that never wants more takes nothing from the other's figure") {
  const auto input = pool({workload("a", 3, 6, high_on(0, 3, 1, 7)), workload("paused", 2, {}, high_on(0, 0, 0, 0))});
  CHECK(rooms(decide_nodes(input)) == std::vector{6, 2});
}

TEST_CASE("nodes together: sums are of GPUs, not of replicas") {
  const std::vector both{workload("large", 0, 2, high_on(0, 10, 0, 2), 8),
                         workload("small", 0, 5, high_on(10, 20, 0, 5), 2)};
  CHECK(share_at_once(both, 0.95) == 16.0 / 26);
}

TEST_CASE("nodes together: for any workloads no more than the sum, no less than now, and nobody's figure is raised") {
  std::mt19937_64 dice(29);
  const auto upto = [&](int n) { return static_cast<int>(dice() % static_cast<std::uint64_t>(n + 1)); };
  int joined = 0, lower = 0;
  for (int round = 0; round < aia::testing::tries(3000); ++round) {
    std::vector<PoolWorkload> workloads;
    for (int i = 2 + upto(2); i > 0; --i) {
      Paths paths;
      const int most = upto(12);
      for (long path = 0; path < kPaths; ++path)
        if (upto(9) > 0) paths[path] = upto(most);
      if (upto(15) == 0) paths.clear();
      const int desired = upto(5);
      const auto ahead = upto(9) == 0 ? std::nullopt : std::optional(desired + upto(10));
      workloads.push_back(workload("w" + std::to_string(i), desired, ahead, paths, 1 << upto(3)));
    }
    auto input = pool(workloads);
    input.quantile = 0.5 + 0.05 * upto(10);
    auto apart = input;
    for (auto& one : apart.workloads) one.paths.clear();
    const auto together = decide_nodes(input), sum = decide_nodes(apart);
    CAPTURE(round);
    std::int64_t now = 0, own = 0, planned = 0, largest = 0;
    for (std::size_t i = 0; i < workloads.size(); ++i) {
      const auto& one = workloads[i];
      const std::int64_t gpus = api::gpus_of(one.replica).value();
      now += gpus * one.desired, own += gpus * one.ahead.value_or(one.desired);
      planned += gpus * together.rooms[i].room, largest = std::max(largest, gpus);
      REQUIRE(together.rooms[i].room >= one.desired);
      REQUIRE(together.rooms[i].room <= one.ahead.value_or(one.desired));
      REQUIRE(together.rooms[i].buffer <= sum.rooms[i].buffer);
    }
    REQUIRE(together.needed <= sum.needed);
    REQUIRE(together.needed >= static_cast<int>(input.nodes.size()));
    if (said(together, "Together").empty()) {
      REQUIRE(planned == own);
      continue;
    }
    const auto share = share_at_once(workloads, input.quantile);
    REQUIRE(share);
    const double wanted = static_cast<double>(now) + *share * static_cast<double>(own - now);
    REQUIRE(static_cast<double>(planned) >= wanted - 1e-6);  // rounded up to whole replicas
    REQUIRE(static_cast<double>(planned) < wanted + static_cast<double>(largest));
    ++joined, lower += planned < own ? 1 : 0;
  }
  CHECK(joined > aia::testing::tries(1000));
  CHECK(lower > aia::testing::tries(500));
}

TEST_CASE("nodes together: with the same paths each keeps its own figure") {
  std::mt19937_64 dice(31);
  for (int round = 0; round < 300; ++round) {
    Paths paths;
    for (long path = 0; path < kPaths; ++path) paths[path] = static_cast<int>(dice() % 30);
    const double quantile = 0.05 * static_cast<double>(1 + dice() % 20);
    const int own = own_figure(paths, quantile);
    const std::vector both{workload("a", 0, own, paths, 8), workload("b", 0, own, paths, 2)};
    CAPTURE(round, quantile);
    REQUIRE(share_at_once(both, quantile) == 1.0);
    auto input = pool(both);
    input.quantile = quantile;
    REQUIRE(rooms(decide_nodes(input)) == std::vector{own, own});
  }
}

}  // namespace aia::plan::nodes_together_testing
