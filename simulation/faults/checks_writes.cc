// Checkers of single writes in the audit log: bounds, the writer's lease, scale-in and duplicates. A writer is judged
// by the moment at which it sent the write, and by the view of the cluster that its caches showed.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "simulation/faults/checks.h"
#include "simulation/faults/truths.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

/// All specs of `key` in force at any moment of [from, to].
std::vector<api::AutoscalerSpec> specs_between(const Record& record, const api::ObjectKey& key, WallTime from,
                                               WallTime to) {
  std::vector<api::AutoscalerSpec> specs;
  std::optional<api::AutoscalerSpec> current;
  for (const auto& change : record.specs) {
    if (change.key != key || change.at > to) continue;
    if (change.at > from && current) specs.push_back(*current);
    current = change.spec;
  }
  if (current) specs.push_back(*current);
  return specs;
}

void add(Violations& violations, const char* checker, const Write& write, const std::string& what) {
  violations.push_back({checker, write.at, what + ": " + to_string(write)});
}

}  // namespace

void check_bounds(const Record& record, Violations& violations) {
  for (const auto& write : record.writes) {
    if (!is_done_scale(write)) continue;
    const int replicas = std::stoi(write.value);
    const auto specs = specs_between(record, write.object, write.view, write.sent);
    const bool within = std::any_of(specs.begin(), specs.end(), [&](const auto& spec) {
      return replicas >= spec.min_replicas && replicas <= std::max(spec.min_replicas, spec.max_replicas);
    });
    if (!within) add(violations, "bounds", write, "out of the bounds of every spec that the writer could know");
  }
}

void check_one_writer(const Record& record, Violations& violations) {
  struct Held {
    WallTime from{};
    std::string holder;
  };
  std::vector<Held> leases;
  for (const auto& write : record.writes) {
    if (write.kind == "Lease" && write.outcome == "ok") leases.push_back({write.at, write.value});
    if (!by_controller(write) || write.kind == "Lease" || write.kind == "Event" || write.outcome != "ok") continue;
    // A write that was sent before another controller took the lease may arrive afterwards: no client can call it back.
    // So the moment of sending counts, at which the writer checked its lease.
    std::string holder;
    for (const auto& held : leases) holder = held.from <= write.sent ? held.holder : holder;
    if (holder != write.writer)
      add(violations, "one-writer", write, "sent while the lease was held by '" + holder + "'");
    if (write.kind != "Scale") continue;
    if (write.version.empty()) add(violations, "one-writer", write, "without a resourceVersion");
    const auto specs = specs_between(record, write.object, write.view, write.sent);
    const bool automatic =
        std::any_of(specs.begin(), specs.end(), [](const auto& spec) { return spec.mode == api::Mode::Auto; });
    if (!automatic) add(violations, "one-writer", write, "the mode does not let anybody write");
    const int service = record.index_of(write.object);
    const auto* owner = record.plan.of_service(FaultKind::OwnerAppears, service, write.view);
    if (owner != nullptr && owner->lasts(write.sent)) add(violations, "one-writer", write, "an HPA owns the target");
  }
}

/// The writer's process began while some sources were silent already: it cannot miss them (docs/limitations.md).
bool is_young_in_trouble(const Record& record, const Write& write, int service) {
  const auto& faults = record.plan.faults;
  return std::any_of(faults.begin(), faults.end(), [&](const Fault& silent) {
    if (silent.kind != FaultKind::ScrapePartial || !silent.hits_service(service) || !silent.lasts(write.sent))
      return false;
    return std::any_of(faults.begin(), faults.end(), [&](const Fault& end) {
      return end.kind == FaultKind::Crash && end.controller == write.writer.front() - 'a' && end.to > silent.from &&
             end.to < write.sent;
    });
  });
}

void check_scale_in(const Record& record, Violations& violations) {
  for (const auto& write : record.writes) {
    const int replicas = is_done_scale(write) ? std::stoi(write.value) : write.before;
    if (replicas >= write.before) continue;
    // A writer with caches this old may have missed anything: Paused, another owner, other bounds.
    const Millis old = write.looked - write.view;
    if (by_controller(write) && old > record.options.loop.watch_freshness)
      add(violations, "scale-in", write, "reduced on a view of the cluster that was " + format_rough(old) + " old");
    const auto specs = specs_between(record, write.object, write.view, write.sent);
    const bool to_the_bounds = std::any_of(specs.begin(), specs.end(), [&](const auto& spec) {
      return write.before > spec.max_replicas && replicas >= spec.max_replicas;
    });
    if (to_the_bounds) continue;  // max is hard, whatever the data says (rule 10)
    if (!write.doubt.empty()) add(violations, "scale-in", write, "reduced although: " + write.doubt);

    const int service = record.index_of(write.object);
    const bool in_trouble = record.disturbed(write.sent - 30s, write.sent, [&](const Fault& fault) {
      return fault.hits_service(service) && fault.kind >= FaultKind::MetricsAway &&
             fault.kind <= FaultKind::ScrapePartial;
    });
    if (!in_trouble || specs.empty() || is_young_in_trouble(record, write, service)) continue;
    const auto& inhabitant = record.inhabitant(service);
    const int need = need_of(least_rps(inhabitant, write.sent - 3min, write.sent), inhabitant);
    if (replicas < std::min(need, specs.back().max_replicas))
      add(violations, "scale-in", write, fmt::format("below what demand needs ({}) while data is in trouble", need));
  }
}

void check_duplicates(const Record& record, Violations& violations) {
  std::map<std::pair<std::string, api::ObjectKey>, const Write*> last;
  for (const auto& write : record.writes) {
    if (!by_controller(write) || write.outcome != "ok") continue;
    if (write.kind == "Scale" && std::stoi(write.value) == write.before)
      add(violations, "duplicates", write, "the value stands already");
    if (write.kind != "Status" && write.kind != "Forecast") continue;
    auto& before = last[{write.kind, write.object}];
    // A writer may repeat a write whose answer was lost, and another writer does not know the earlier writes. The loop
    // writes a Forecast anew in each grid step, even an equal one, so that its age shows a living controller; here an
    // equal Forecast may come again after a cycle.
    const bool due =
        write.kind == "Forecast" && before != nullptr && write.at - before->at >= record.options.loop.cycle - 5s;
    if (before != nullptr && before->writer == write.writer && before->value == write.value && before->answered && !due)
      add(violations, "duplicates", write, "the same was written at " + format_rfc3339(before->at));
    before = &write;
  }
}

}  // namespace aia::simulation
