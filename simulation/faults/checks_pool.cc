// Checker of the node pool. The written size stays within the pool's bounds and above the nodes in use, and no pod
// waits for a node longer than half an hour, unless a fault explains it.
#include <algorithm>

#include "simulation/faults/checks.h"
#include "simulation/faults/truths.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Millis kNodesTakeAtMost = 30min;

void check_sizes(const Record& record, Violations& violations) {
  for (const auto& write : record.writes) {
    if (write.kind != "Size" || write.outcome != "ok" || !by_controller(write)) continue;
    const int nodes = std::stoi(write.value);
    const auto add = [&](const std::string& what) {
      violations.push_back({"pool", write.at, what + ": " + to_string(write)});
    };
    if (nodes < record.pool->spec.min_nodes || nodes > record.pool->spec.max_nodes) add("out of the pool's bounds");
    if (write.version.empty()) add("without a resourceVersion");
    if (nodes < write.before && nodes < write.ready) add("fewer nodes than pods hold");
  }
}

}  // namespace

void check_pool(const Record& record, Violations& violations) {
  if (!record.pool) return;
  check_sizes(record, violations);
  for (int service = 0; service < static_cast<int>(record.inhabitants.size()); ++service) {
    const auto& one = record.inhabitant(service);
    if (!one.spec.node_pool) continue;
    WallTime since = record.start;
    for (const auto& moment : record.moments.at(static_cast<std::size_t>(service))) {
      if (moment.waiting == 0) since = moment.at;
      if (moment.at - since <= kNodesTakeAtMost) continue;
      const auto hits = [&](const Fault& fault) {
        return needs_pool(fault.kind) || disables(fault.kind) ||
               (fault.hits_service(service) && fault.kind != FaultKind::SourcesChurn);
      };
      if (!record.disturbed(since - 10min, moment.at, hits))
        violations.push_back(
            {"pool", moment.at, one.key.to_string() + ": pods wait for a node since " + format_rfc3339(since)});
      since = moment.at;
    }
  }
}

}  // namespace aia::simulation
