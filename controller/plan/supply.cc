// See supply.h. A start older than the P90 but not stuck is expected at once: it is late already.
#include "controller/plan/supply.h"

#include <algorithm>

namespace aia::plan {

int Supply::at(Millis ahead) const {
  const auto arrived = std::upper_bound(arrivals.begin(), arrivals.end(), ahead) - arrivals.begin();
  return ready + static_cast<int>(arrived) + (ahead >= lead ? unborn : 0);
}

Supply supply_of(const ReplicaInput& replicas, Millis lead, Millis node_lead) {
  Supply supply;
  supply.lead = lead;
  supply.node_lead = node_lead;
  supply.ready = std::min(std::max(0, replicas.ready), replicas.spec);  // what is beyond spec is on its way out
  const auto expect = [&](const std::vector<Millis>& ages, Millis takes) {
    for (const Millis age : ages) {
      if (takes > Millis{0} && age > 2 * takes)
        ++supply.stuck;
      else
        supply.arrivals.push_back(std::max(Millis{0}, takes - age));
    }
  };
  expect(replicas.starting_ages, lead);
  expect(replicas.waiting_ages, lead + node_lead);
  std::sort(supply.arrivals.begin(), supply.arrivals.end());
  supply.unborn = std::max(0, replicas.spec - supply.ready - supply.starting() - supply.stuck);
  return supply;
}

}  // namespace aia::plan
