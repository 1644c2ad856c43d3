// Checkers of cycles, of stored objects at the probes (conditions, convergence, leftovers), and the list of all
// checkers. An expectation is dropped where another fault could explain a difference, so that every violation is worth
// a look.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "simulation/faults/checks.h"
#include "simulation/faults/truths.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

std::string state_of(const api::AutoscalerStatus& status, api::ConditionType type) {
  for (const auto& one : status.conditions) {
    if (one.type == type) return fmt::format("{} {}: {}", to_string(one.status), to_string(one.reason), one.message);
  }
  return "absent";
}

bool is(const std::string& state, const char* status) {
  return state.starts_with(status);
}

/// The fault makes an object's data or target bad for a controller.
bool hits_data(const Fault& fault, int controller, int service) {
  const bool metrics = fault.kind >= FaultKind::MetricsAway && fault.kind <= FaultKind::ScrapePartial;
  const bool target = fault.kind >= FaultKind::PodsFlap && fault.kind <= FaultKind::TargetGone;
  const bool object = fault.kind == FaultKind::Recreate || fault.kind == FaultKind::Poison;
  return (metrics || target || object || fault.kind == FaultKind::ClockJump) && fault.hits_controller(controller) &&
         fault.hits_service(service);
}

}  // namespace

int Record::index_of(const api::ObjectKey& key) const {
  const auto found =
      std::find_if(inhabitants.begin(), inhabitants.end(), [&](const auto& one) { return one.key == key; });
  return found == inhabitants.end() ? -1 : static_cast<int>(found - inhabitants.begin());
}

void check_cycles(const Record& record, Violations& violations) {
  const Millis cycle = record.options.loop.cycle;
  std::map<int, WallTime> ended;
  for (const auto& one : record.cycles) {
    const auto add = [&](const std::string& what) {
      violations.push_back({"cycles", one.ended, fmt::format("controller {}: {}", one.controller, what)});
    };
    auto& last = ended[one.controller];
    const auto down = [&](const Fault& fault) {
      return fault.hits_controller(one.controller) &&
             (fault.kind == FaultKind::Crash || fault.kind == FaultKind::Pause);
    };
    // Both passes of a cycle may run into the deadline of observation, and three writes into theirs before the step
    // gives up (loop/cycle/circuit_breaker.h). A slow API server takes both steps' half cycles (loop/cycle/turns.h) and
    // the request under way. No cycle may last until the kubelet thinks that the process hangs.
    const bool slow = record.disturbed(last - 2min, one.ended, [&](const Fault& fault) {
      return fault.kind == FaultKind::ApiSlow && fault.hits_controller(one.controller);
    });
    const Millis longest = slow ? 10 * cycle : 2 * cycle + 70s;
    if (last != WallTime{} && one.ended - last > longest && !record.disturbed(last - 1min, one.ended, down))
      add("no cycle ended for " + format_rough(one.ended - last));
    last = one.ended;
    if (!one.synced) continue;
    const auto to_server = [&](const Fault& fault) {
      return fault.hits_controller(one.controller) && disables(fault.kind);
    };
    if (record.disturbed(one.begun - cycle, one.ended, to_server)) continue;
    for (const auto& object : one.objects) {
      const int service = record.index_of(object.key);
      // A fault that has just ended may still show in a rate window, or in a pod that starts.
      const bool hit = record.disturbed(one.begun - 15min, one.ended,
                                        [&](const Fault& fault) { return hits_data(fault, one.controller, service); });
      if (hit) continue;
      if (!object.error.empty()) add(object.key.to_string() + " has an error of its own: " + object.error);
      if (!object.desired) add(object.key.to_string() + " was not decided on");
    }
  }
}

void check_conditions(const Record& record, Violations& violations) {
  const Millis cycle = record.options.loop.cycle, freshness = record.options.loop.freshness;
  struct Expected {
    FaultKind kind;
    Millis after;  // from the fault's begin until the condition must show
    api::ConditionType type;
    const char* status;  // and reason
  };
  using api::ConditionType;
  const std::array<Expected, 9> table = {{
      {FaultKind::MetricsAway, 3 * cycle, ConditionType::MetricsHealthy, "False"},
      {FaultKind::MetricsWarn, 3 * cycle, ConditionType::MetricsHealthy, "False"},
      {FaultKind::ScrapeStops, freshness + 4 * cycle, ConditionType::MetricsHealthy, "False"},
      {FaultKind::ScrapePartial, freshness + 4 * cycle, ConditionType::MetricsHealthy, "False"},
      {FaultKind::TargetGone, 3 * cycle, ConditionType::TargetFound, "False TargetNotFound"},
      {FaultKind::NoScale, 3 * cycle, ConditionType::TargetFound, "False NoScaleSubresource"},
      {FaultKind::OwnerAppears, 3 * cycle, ConditionType::AbleToScale, "False Conflict"},
      {FaultKind::Poison, 3 * cycle, ConditionType::Ready, "False InvalidSpec"},
      {FaultKind::EditMode, 3 * cycle, ConditionType::AbleToScale, "Unknown"},
  }};
  for (const auto& probe : record.probes) {
    if (probe.why != Probe::Why::FaultEnds) continue;
    const auto& fault = record.plan.faults[probe.fault];
    const auto expected =
        std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.kind == fault.kind; });
    if (expected == table.end() || fault.to - fault.from < expected->after || fault.controller >= 0) continue;
    // Only where no other fault happens, and a leader was there all the time to set the condition.
    const auto other = [&](const Fault& one) {
      return &one != &fault && (disables(one.kind) || one.hits_service(fault.service) || fault.service < 0);
    };
    if (record.disturbed(fault.from - 10min, fault.to, other)) continue;
    for (const auto& [key, object] : probe.objects) {
      if (!fault.hits_service(record.index_of(key))) continue;
      if (fault.kind == FaultKind::ScrapePartial && object.missing <= 0) continue;  // the fault hit no source
      const bool automatic = object.spec.mode == api::Mode::Auto;
      if (fault.kind == FaultKind::OwnerAppears && !automatic) continue;
      const auto state = state_of(object.status, expected->type);
      if (is(state, expected->status)) continue;
      violations.push_back({"conditions", probe.at,
                            fmt::format("{}: {} is '{}' at the end of {}", key.to_string(), to_string(expected->type),
                                        state, to_string(fault))});
    }
  }
}

void check_convergence(const Record& record, Violations& violations) {
  for (const auto& probe : record.probes) {
    if (probe.why == Probe::Why::FaultEnds) continue;
    for (const auto& [key, object] : probe.objects) {
      const auto add = [&, who = key.to_string()](const std::string& what) {
        violations.push_back({"convergence", probe.at, who + ": " + what});
      };
      using enum api::ConditionType;
      for (const api::ConditionType type : {Ready, TargetFound, MetricsHealthy}) {
        const auto state = state_of(object.status, type);
        const bool not_scraped_yet = object.young && type == MetricsHealthy;
        if (!is(state, "True") && !not_scraped_yet)
          add(fmt::format("{} is '{}' with every fault over", to_string(type), state));
      }
      if (object.spec.mode != api::Mode::Auto) continue;
      const auto& one = record.inhabitant(record.index_of(key));
      const int least = std::min(object.spec.max_replicas, need_of(object.least_rps, one));
      if (counts_arrivals(one) && object.replicas < least)
        add(fmt::format("{} replicas where {} are needed", object.replicas, least));
      const int most = plenty_for(object.largest_rps, one, object.spec);
      const bool draining = object.queued > 0;  // a queue that grew while replicas were late, or held down by bounds
      if (probe.why == Probe::Why::Settled && !draining && object.replicas > most)
        add(fmt::format("{} replicas where {} would be plenty", object.replicas, most));
    }
  }
}

void check_leftovers(const Record& record, Violations& violations) {
  for (const auto& probe : record.probes) {
    if (probe.why == Probe::Why::FaultEnds) continue;
    for (const auto& forecast : probe.forecasts) {
      if (!forecast.owned)
        violations.push_back({"leftovers", probe.at, "Forecast " + forecast.key.to_string() + " belongs to nobody"});
    }
  }
}

Violations check_all(const Record& record) {
  Violations violations;
  for (const auto check :
       {check_bounds, check_one_writer, check_scale_in, check_duplicates, check_cycles, check_conditions,
        check_convergence, check_leftovers, check_lost, check_capacity, check_need, check_rebirth, check_conflicts,
        check_flukes, check_collapse, check_ordered, check_holds, check_scale_in_goes_on, check_pool})
    check(record, violations);
  std::stable_sort(violations.begin(), violations.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return violations;
}

}  // namespace aia::simulation
