// The figures of a replay on cases that a reader does in the head.
#include "simulation/replay/score.h"

#include <catch2/catch.hpp>

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

/// A moment a minute; ten requests/s a replica.
std::vector<Moment> timeline(const std::vector<std::pair<double, int>>& demand_and_ready) {
  std::vector<Moment> moments;
  for (const auto& [demand, ready] : demand_and_ready)
    moments.push_back({WallTime(1min * static_cast<int>(moments.size())), demand, ready, ready, 0});
  return moments;
}

TEST_CASE("lateness is the median over the replicas that the rise asked for") {
  // The second replica is needed from minute 1 on and there at 1 (0 late), the third from 2 and there at 5 (3 late),
  // the fourth from 3 and there at 5 (2 late): the median of 0, 2, 3.
  CHECK(lateness(timeline({{10, 1}, {15, 2}, {25, 2}, {35, 2}, {35, 2}, {35, 4}}), 10) == 2min);
  // Two of them, 0 and 3 late: the middle.
  CHECK(lateness(timeline({{10, 1}, {15, 2}, {25, 2}, {25, 2}, {25, 2}, {25, 3}}), 10) == 90s);
  // What the first moment needs was asked for earlier; nothing rises after it.
  CHECK_FALSE(lateness(timeline({{35, 1}, {35, 1}, {20, 4}}), 10).has_value());
  // Never there: as late as the timeline goes on, 3 minutes.
  CHECK(lateness(timeline({{10, 1}, {20, 1}, {20, 1}, {20, 1}, {20, 1}}), 10) == 3min);
  CHECK_FALSE(lateness({}, 10).has_value());
  // Exactly full is not too much.
  CHECK_FALSE(lateness(timeline({{10, 1}, {30, 3}, {30, 3}}), 10) > 0min);
}

TEST_CASE("the covered share counts moments, started replicas count rises") {
  auto moments = timeline({{10, 1}, {20, 1}, {20, 2}, {25, 2}});
  CHECK(covered_share(moments, 10) == 0.5);  // too little at 1 and 3
  CHECK(covered_share({}, 10) == 1);
  for (const auto& [at, existing] : {std::pair{0, 1}, {1, 4}, {2, 2}, {3, 3}})
    moments[static_cast<std::size_t>(at)].existing = existing;
  CHECK(replicas_started(moments) == 4);  // 3 and 1
}

Scenario scenario(std::vector<double> values) {
  Scenario scenario;
  scenario.trace = {"mine", WallTime(0s), 30min, std::move(values)};
  scenario.play = 90min;
  scenario.history = 1h;
  scenario.lead_min = scenario.lead_max = 10min;
  scenario.max_replicas = 4;
  return scenario;
}

TEST_CASE("the clairvoyant holds what each bin needs, within the bounds") {
  // Played: 5 needs 1, 31 needs 4, 99 would need 10 and gets 4: half an hour each.
  CHECK(clairvoyant_replica_hours(scenario({50, 50, 5, 31, 99})) == Approx(0.5 * (1 + 4 + 4)));
  // A missing bin is as the one before.
  CHECK(clairvoyant_replica_hours(scenario({50, 50, 25, NAN, 0})) == Approx(0.5 * (3 + 3 + 1)));
  auto unbounded = scenario({50, 50, 5, 31, 99});
  unbounded.max_replicas.reset();
  CHECK(unbounded.highest() == 20);
  CHECK(clairvoyant_replica_hours(unbounded) == Approx(0.5 * (1 + 4 + 10)));
  // Played from within a bin on: 15 of its minutes count.
  auto within = scenario({50, 50, 25, 5, 5});
  within.play = 75min;
  CHECK(clairvoyant_replica_hours(within) == Approx(0.25 * 3 + 0.5 * (1 + 1)));
}

TEST_CASE("nodes: hours, the share that was bound at once, the P90 of the wait") {
  const auto score = node_score(7200, {5min, 0s, 2s, 2001ms, 0s, 0s, 0s, 0s, 6min, 0s});
  CHECK(score.hours == 2);
  CHECK(score.at_once == 0.7);
  CHECK(score.wait_p90 == 5min);
  CHECK(node_score(0, {}).at_once == 1);
  CHECK(node_score(0, {3min}).wait_p90 == 3min);
  auto on_nodes = scenario({50, 50, 5, 31, 99});
  CHECK(clairvoyant_node_hours(on_nodes) == 0);
  on_nodes.gpus_per_replica = 3;
  on_nodes.nodes.emplace();  // two replicas on one of its nodes: 1, 2 and 2 nodes for 1, 4 and 4 replicas
  CHECK(clairvoyant_node_hours(on_nodes) == Approx(0.5 * (1 + 2 + 2)));
}

TEST_CASE("the score is the service's sums in hours, and lateness in leads") {
  ServiceTotals totals;
  totals.arrived = 1000;
  totals.started_in_slo = 900;
  totals.replica_seconds = 7200;
  totals.gpu_seconds = 8 * 7200;
  totals.worst_queue = 12;
  totals.longest_wait = 3s;
  const auto score = score_of(scenario({50, 50, 5, 31, 99}), totals,
                              timeline({{10, 1}, {15, 1}, {15, 1}, {15, 1}, {15, 1}, {15, 1}, {15, 2}}));
  CHECK(score.slo_share() == 0.9);
  totals.started_in_slo = 1000 + 1e-9;  // the sum of parts
  const auto all = score_of(scenario({50, 50, 5, 31, 99}), totals, {});
  CHECK(all.requests - all.within_slo == 0);
  CHECK(all.slo_share() == 1);
  CHECK(score.replica_hours == 2);
  CHECK(score.gpu_hours == 16);
  CHECK(score.worst_queue == 12);
  CHECK(score.longest_wait == 3s);
  CHECK(score.late_leads == Approx(0.5));  // 5 of 10 minutes
  CHECK(Score{}.slo_share() == 1);
}

}  // namespace
}  // namespace aia::simulation
