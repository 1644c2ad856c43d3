// Counts Ready pods, starts by age, stuck starts and lost pods. A start older than the P90 but not stuck is late
// already, and therefore expected at once.
#include "controller/plan/supply.h"

#include <algorithm>

namespace aia::plan {
namespace {

constexpr int kRecentLeads = 8;  // older starts say nothing about present starts

/// Spaces starts that run in sequence: the oldest start takes the remainder of its lead time, each later start a whole
/// lead time more.
void put_in_order(std::vector<Millis>& arrivals, Millis lead) {
  for (std::size_t i = 1; i < arrivals.size(); ++i) arrivals[i] = arrivals[i - 1] + lead;
}

}  // namespace

int Supply::at(Millis ahead) const {
  const int arrive = static_cast<int>(std::upper_bound(arrivals.begin(), arrivals.end(), ahead) - arrivals.begin());
  if (!ordered) return ready + arrive + (ahead >= lead ? unborn : 0);
  const Millis after = ahead - (arrivals.empty() ? Millis{0} : arrivals.back());
  if (after < lead) return ready + arrive;
  return ready + arrive + (lead > Millis{0} ? static_cast<int>(std::min<Millis::rep>(unborn, after / lead)) : unborn);
}

Millis Supply::until_ready(int rank) const {
  if (!ordered) return lead;
  const int place = rank - ready;  // 1: the next
  if (place <= 0) return Millis{0};
  return arrivals.empty() ? place * lead : arrivals.front() + (place - 1) * lead;
}

Supply supply_of(const ReplicaInput& replicas, Millis lead, Millis node_lead) {
  Supply supply;
  supply.lead = lead;
  supply.node_lead = node_lead;
  supply.ordered = replicas.ordered;
  supply.came_up = replicas.came_up;
  supply.ready = std::min(std::max(0, replicas.ready), replicas.spec);  // replicas beyond spec are on their way out
  const auto is_recent = [&](Millis age) { return lead <= Millis{0} || age <= kRecentLeads * (lead + node_lead); };
  const auto expect = [&](const std::vector<Millis>& ages, Millis takes) {
    int stuck = 0;
    for (const Millis age : ages) {
      if (takes > Millis{0} && age > 2 * takes) {
        ++stuck;
        supply.recently_stuck += is_recent(age) ? 1 : 0;
      } else {
        supply.arrivals.push_back(std::max(Millis{0}, takes - age));
      }
    }
    return stuck;
  };
  supply.stuck_on_nodes = expect(replicas.starting_ages, lead) + static_cast<int>(replicas.failing_ages.size());
  const int stuck_without = expect(replicas.waiting_ages, lead + node_lead);
  supply.waiting_for_room = static_cast<int>(replicas.waiting_ages.size()) - stuck_without;
  supply.stuck = supply.stuck_on_nodes + stuck_without;
  for (const Millis age : replicas.failing_ages) supply.recently_stuck += is_recent(age) ? 1 : 0;
  for (const Millis age : replicas.lost_ages) {
    ++supply.lost;
    supply.lost_long += 2 * age >= lead ? 1 : 0;
  }
  std::sort(supply.arrivals.begin(), supply.arrivals.end());
  supply.missing = replicas.missing;
  supply.unborn = std::max(0, replicas.spec - supply.ready - supply.starting() - supply.stuck - supply.lost);
  if (supply.ordered) put_in_order(supply.arrivals, lead);
  return supply;
}

}  // namespace aia::plan
