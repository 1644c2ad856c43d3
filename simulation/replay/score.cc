// Capacity is short only where demand exceeds capacity by more than a rounding error (1e-12), so that a full service
// does not count as short. The P90 of waits is by nearest rank.
#include "simulation/replay/score.h"

#include <algorithm>

namespace aia::simulation {
namespace {

double hours(Millis duration) {
  return std::chrono::duration<double, std::ratio<3600>>(duration).count();
}

/// Demand exceeds the capacity of `replicas` by more than a rounding error.
bool exceeds(double rps, int replicas, double per_replica_rps) {
  return rps > replicas * per_replica_rps * (1 + 1e-12);
}

/// The hours of the play, each multiplied by `count` of its bin's needed replicas.
template <class Count>
double hours_of(const Scenario& scenario, Count count) {
  const auto whole = scenario.trace.filled();
  double total = 0;
  for (WallTime at = scenario.play_from(); at < whole.end();) {
    const WallTime next = std::min(whole.end(), at + whole.step - (at - whole.start) % whole.step);
    total += count(scenario.needed(whole.at(at))) * hours(next - at);
    at = next;
  }
  return total;
}

}  // namespace

std::optional<Millis> lateness(const std::vector<Moment>& timeline, double per_replica_rps) {
  std::vector<Millis> late;
  int level = 0;
  if (!timeline.empty()) {
    while (exceeds(timeline.front().demand_rps, level, per_replica_rps)) ++level;
  }
  for (auto now = timeline.begin(); now != timeline.end(); ++now) {
    while (exceeds(now->demand_rps, level, per_replica_rps)) {
      ++level;
      const auto came = std::find_if(now, timeline.end(), [&](const Moment& m) { return m.ready >= level; });
      late.push_back((came == timeline.end() ? timeline.back().at : came->at) - now->at);
    }
  }
  if (late.empty()) return std::nullopt;
  std::sort(late.begin(), late.end());
  const auto middle = late.size() / 2;
  return late.size() % 2 == 1 ? late[middle] : (late[middle - 1] + late[middle]) / 2;
}

double covered_share(const std::vector<Moment>& timeline, double per_replica_rps) {
  if (timeline.empty()) return 1;
  const auto short_of = std::count_if(timeline.begin(), timeline.end(),
                                      [&](const Moment& m) { return exceeds(m.demand_rps, m.ready, per_replica_rps); });
  return 1 - static_cast<double>(short_of) / static_cast<double>(timeline.size());
}

int replicas_started(const std::vector<Moment>& timeline) {
  int started = 0;
  for (std::size_t i = 1; i < timeline.size(); ++i)
    started += std::max(0, timeline[i].existing - timeline[i - 1].existing);
  return started;
}

Millis typical_lead(const Scenario& scenario) {
  return (scenario.lead_min + scenario.lead_max) / 2;
}

Score score_of(const Scenario& scenario, const ServiceTotals& totals, const std::vector<Moment>& timeline) {
  Score score;
  score.requests = totals.arrived;
  score.within_slo =
      std::min(totals.started_in_slo, totals.arrived);  // rounding: the sum in another order may be a hair larger
  score.replica_hours = totals.replica_seconds / 3600;
  score.gpu_hours = totals.gpu_seconds / 3600;
  score.worst_queue = totals.worst_queue;
  score.longest_wait = totals.longest_wait;
  score.covered = covered_share(timeline, scenario.per_replica_rps);
  if (const auto late = lateness(timeline, scenario.per_replica_rps))
    score.late_leads = hours(*late) / hours(typical_lead(scenario));
  score.started = replicas_started(timeline);
  return score;
}

NodeScore node_score(double node_seconds, std::vector<Millis> waits) {
  NodeScore score;
  score.hours = node_seconds / 3600;
  if (waits.empty()) return score;
  std::sort(waits.begin(), waits.end());
  const auto soon = std::upper_bound(waits.begin(), waits.end(), kAtOnce) - waits.begin();
  score.at_once = static_cast<double>(soon) / static_cast<double>(waits.size());
  score.wait_p90 = waits[(waits.size() * 9 + 9) / 10 - 1];
  return score;
}

double clairvoyant_replica_hours(const Scenario& scenario) {
  return hours_of(scenario, [](int replicas) { return replicas; });
}

double clairvoyant_node_hours(const Scenario& scenario) {
  return hours_of(scenario, [&](int replicas) { return scenario.nodes_for(replicas); });
}

}  // namespace aia::simulation
