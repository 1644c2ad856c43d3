// Checkers of reactions to bad samples, to a collapse of demand and to a steep rise; and of holds, which conditions
// must name and which must end.
#include <fmt/core.h>

#include <algorithm>

#include "simulation/faults/checks.h"
#include "simulation/faults/truths.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

/// The controller read a bad sample of the service within the span before `at`, and none in the two spans before. Two
/// looks at a rate within a cycle may show the same sample, so the span is a cycle and 10 s. A query of the newest
/// sample shows another sample at each look, so its span is half a cycle.
bool first_fluke(const Record& record, int controller, int service, WallTime at) {
  const bool newest_only = record.inhabitant(service).spec.demand.front().query.rfind("last:", 0) == 0;
  const Millis cycle = newest_only ? record.options.loop.cycle / 2 : record.options.loop.cycle + 10s;
  bool now = false, before = false;
  for (const auto& fluke : record.flukes) {
    if (fluke.controller != controller || fluke.service != service || fluke.at > at) continue;
    now = now || fluke.at > at - cycle;
    before = before || (fluke.at <= at - cycle && fluke.at > at - 3 * cycle);
  }
  return now && !before;
}

/// The moment has more replicas than plenty_for() allows for the largest demand in sight: from `back` plus memory_of()
/// before the moment to horizon_of() after. `slack` multiplies this demand.
bool is_excess(const Record& record, int service, const Moment& moment, Millis back, const api::AutoscalerSpec& spec,
               double slack = 1) {
  const auto& one = record.inhabitant(service);
  const Millis behind = back + memory_of(record, service, spec, moment.at);
  if (moment.replicas <= plenty_for(0, one, spec)) return false;
  const double largest = largest_rps(one, moment.at - behind, moment.at + horizon_of(one));
  return moment.replicas > plenty_for(slack * largest, one, spec);
}

int largest_replicas(const Record& record, int service, WallTime from, WallTime to) {
  int largest = 0;
  for (const auto& one : record.moments.at(static_cast<std::size_t>(service)))
    if (one.at >= from && one.at < to) largest = std::max(largest, one.replicas);
  return largest;
}

bool queued_between(const Record& record, int service, WallTime from, WallTime to) {
  const auto& moments = record.moments.at(static_cast<std::size_t>(service));
  return std::any_of(moments.begin(), moments.end(),
                     [&](const Moment& one) { return one.at >= from && one.at <= to && one.queued; });
}

void check_collapse_of(const Record& record, const Fault& fault, Violations& violations) {
  const auto& one = record.inhabitant(fault.service);
  const auto model = one.spec.forecast.model;
  const bool expects = model != api::ModelChoice::Off && model != api::ModelChoice::LastValue;
  const WallTime until = std::min(fault.to, fault.from + 20min);
  if (!expects || one.spec.mode != api::Mode::Auto ||
      others_disturb(record, fault, fault.service, fault.from - 20min, until))
    return;
  for (const auto& write : record.writes) {
    if (!is_done_scale(write) || write.object != one.key || write.at <= fault.from || write.at > until) continue;
    const int replicas = std::stoi(write.value);
    const auto add = [&](const std::string& what) {
      violations.push_back({"collapse", write.at, fmt::format("{}: {}", what, to_string(write))});
    };
    if (replicas < write.before && write.at < fault.from + one.service.lead_min)
      add("demand was gone for less than a lead");
    if (2 * replicas < write.before - 1) add("demand was gone for minutes, and more than half was given back at once");
  }
}

}  // namespace

void check_flukes(const Record& record, Violations& violations) {
  for (const auto& write : record.writes) {
    if (!is_done_scale(write)) continue;
    const int replicas = std::stoi(write.value), service = record.index_of(write.object);
    if (replicas <= 2 * write.before || !first_fluke(record, write.writer.front() - 'a', service, write.sent)) continue;
    const auto& one = record.inhabitant(service);
    // A level that was needed in the last two hours is believed again at once.
    const int before = largest_replicas(record, service, write.sent - 2h, write.sent);
    if (replicas > std::max(before, plenty_for(largest_rps(one, write.sent - 2h, write.sent), one, one.spec)))
      violations.push_back(
          {"flukes", write.at, "more than twice the replicas on a value seen once: " + to_string(write)});
  }
}

void check_collapse(const Record& record, Violations& violations) {
  for (const auto& fault : record.plan.faults) {
    if (fault.kind != FaultKind::DemandGone) continue;
    check_collapse_of(record, fault, violations);
    const auto& one = record.inhabitant(fault.service);
    const WallTime at = fault.from + 75min;
    if (fault.to < at || one.spec.mode != api::Mode::Auto ||
        others_disturb(record, fault, fault.service, fault.from - 20min, at))
      continue;
    const auto* moment = moment_at(record, fault.service, at);
    if (moment->replicas > one.spec.min_replicas + 1)
      violations.push_back({"collapse", at,
                            fmt::format("{} was switched off more than an hour ago: {} replicas", one.key.to_string(),
                                        moment->replicas)});
  }
}

void check_ordered(const Record& record, Violations& violations) {
  for (const auto& one : record.inhabitants) {
    if (!one.steep || one.spec.mode != api::Mode::Auto) continue;
    const int service = record.index_of(one.key);
    const WallTime at = *one.steep + 2 * one.service.lead_max;
    const auto hits = [&](const Fault& fault) { return fault.hits_service(service) || disables(fault.kind); };
    if (at > record.end || record.disturbed(at - 4h, at, hits)) continue;
    const auto* moment = moment_at(record, service, at);
    // The plan uses the P95, so some replicas are late in each twentieth rise. A plan with a single lead time for all
    // replicas is late for far more of them.
    const int needed = std::min(one.spec.max_replicas, need_of(0.4 * one.service.demand_rps(at), one));
    if (moment->ready < needed)
      violations.push_back(
          {"ordered", at,
           fmt::format("{}: {} Ready where {} are two fifths of what is needed each day at this hour, and start one "
                       "after another",
                       one.key.to_string(), moment->ready, needed)});
  }
}

void check_holds(const Record& record, Violations& violations) {
  for (int service = 0; service < static_cast<int>(record.inhabitants.size()); ++service) {
    const auto& one = record.inhabitant(service);
    const Millis held = std::max<Millis>(2 * one.service.lead_max, 10min) + 2 * record.options.loop.cycle;
    const auto& moments = record.moments.at(static_cast<std::size_t>(service));
    const auto steps = static_cast<std::size_t>(held / 30s);
    for (std::size_t i = steps; i < moments.size(); i += 10) {
      const auto begun = moments.begin() + static_cast<std::ptrdiff_t>(i - steps),
                 now = moments.begin() + static_cast<std::ptrdiff_t>(i);
      const bool silent = std::none_of(begun, now + 1, [](const Moment& any) { return any.said; });
      const bool held_all_along =
          std::all_of(begun, now, [&](const Moment& any) { return any.replicas == now->replicas; });
      if (!silent || !held_all_along) continue;
      const auto spec = spec_at(record, one.key, now->at);
      // Where all replicas are Ready, a quantile may be a third too high for a quarter of an hour, which is no hold.
      const double slack = now->ready >= now->replicas ? 4.0 / 3 : 1;
      if (!spec || spec->mode != api::Mode::Auto || !is_excess(record, service, *now, held, *spec, slack)) continue;
      if (blocked(record, service, begun->at, now->at) || queued_between(record, service, begun->at - 30min, now->at))
        continue;
      violations.push_back({"holds", now->at,
                            fmt::format("{}: {} replicas for {}, more than demand explains ({} Ready), and no "
                                        "condition says why",
                                        one.key.to_string(), now->replicas, format_rough(held), now->ready)});
      i += 60;
    }
  }
}

void check_scale_in_goes_on(const Record& record, Violations& violations) {
  for (const auto& fault : record.plan.faults) {
    switch (fault.kind) {
      case FaultKind::SourcesChurn:
      case FaultKind::RolloutStuck:
      case FaultKind::NoSelector:
      case FaultKind::NodesStuck: break;
      default: continue;
    }
    if (fault.to - fault.from < 38min) continue;
    const WallTime at = fault.to - 30s;
    for (int service = 0; service < static_cast<int>(record.inhabitants.size()); ++service) {
      const auto& one = record.inhabitant(service);
      const bool pooled = fault.kind != FaultKind::NodesStuck || one.spec.node_pool;
      if (!fault.hits_service(service) || !pooled || others_disturb(record, fault, service, at - 35min, at)) continue;
      const auto spec = spec_at(record, one.key, at);
      Moment moment = *moment_at(record, service, at);
      // Pods of a version that does not come up stay beside the needed pods, because a scale-in hits both versions.
      if (fault.kind == FaultKind::RolloutStuck) moment.replicas = moment.ready;
      if (!spec || spec->mode != api::Mode::Auto || !is_excess(record, service, moment, 0min, *spec)) continue;
      if (queued_between(record, service, at - 35min, at)) continue;
      violations.push_back({"scale-in-goes-on", at,
                            fmt::format("{}: still {} replicas at the end of {}", one.key.to_string(), moment.replicas,
                                        to_string(fault))});
    }
  }
}

}  // namespace aia::simulation
