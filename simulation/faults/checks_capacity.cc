// Checkers of capacity. Lost pods are no reason to scale in, the need of now is in spec.replicas, a reborn target gets
// minReplicas, and a raise that met a conflict is tried again.
#include <fmt/core.h>

#include <algorithm>

#include "simulation/faults/checks.h"
#include "simulation/faults/truths.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

/// When the present loss of pods began: the last moment without lost pods before `at`.
WallTime loss_began(const Record& record, int service, WallTime at) {
  const auto& moments = record.moments.at(static_cast<std::size_t>(service));
  WallTime began = at;
  for (auto one = moments.rbegin(); one != moments.rend(); ++one) {
    if (one->at >= at) continue;
    began = one->at;
    if (one->lost == 0) break;
  }
  return began;
}

/// No pod was Ready at some moment in [from, to].
bool none_ready(const Record& record, int service, WallTime from, WallTime to) {
  const auto& moments = record.moments.at(static_cast<std::size_t>(service));
  return std::any_of(moments.begin(), moments.end(),
                     [&](const Moment& one) { return one.at >= from && one.at <= to && one.ready == 0; });
}

/// The newest rebirth of a target at or before `at`; WallTime::min(): never.
WallTime last_rebirth(const Record& record, int service, WallTime at) {
  WallTime last = WallTime::min();
  for (const auto& fault : record.plan.faults) {
    if (fault.kind != FaultKind::Rebirth || !fault.hits_service(service)) continue;
    for (const auto birth : rebirths_of(fault)) last = birth <= at ? std::max(last, birth) : last;
  }
  return last;
}

}  // namespace

void check_lost(const Record& record, Violations& violations) {
  for (const auto& write : record.writes) {
    const int replicas = is_done_scale(write) ? std::stoi(write.value) : write.before;
    const int service = replicas < write.before ? record.index_of(write.object) : -1;
    const auto spec = spec_at(record, write.object, write.sent);
    if (service < 0 || !spec || (write.before > spec->max_replicas && replicas >= spec->max_replicas)) continue;
    const auto& one = record.inhabitant(service);
    const auto add = [&](const std::string& what) {
      violations.push_back({"lost", write.at, fmt::format("{}: {}", what, to_string(write))});
    };
    const int needed = std::min(spec->max_replicas, need_of(least_rps(one, write.sent - 3min, write.sent), one));
    if (write.ready < needed && (replicas < needed || replicas < write.ready))
      add(fmt::format("reduced with {} Ready of {} that are needed", write.ready, needed));
    const bool unseen =
        !one.has_selector || record.plan.of_service(FaultKind::NoSelector, service, write.looked) != nullptr;
    if (write.lost == 0 || unseen) continue;  // the controller cannot know of the loss
    const WallTime began = loss_began(record, service, write.sent);
    const int wanted = std::min(spec->max_replicas, need_of(largest_rps(one, began - 3min, began), one));
    if (replicas < wanted)
      add(fmt::format(
          "reduced while {} pods that were Ready are not, below the {} that were needed when that began at {}",
          write.lost, wanted, format_rfc3339(began)));
  }
}

void check_capacity(const Record& record, Violations& violations) {
  for (const auto& fault : record.plan.faults) {
    const bool load =
        fault.kind == FaultKind::ReadyLost && fault.severity > 0.6;  // more pods fail as long as there is a queue
    if ((fault.kind != FaultKind::CrashLoop && fault.kind != FaultKind::ReadyLost) || load) continue;
    const auto& one = record.inhabitant(fault.service);
    const WallTime at = fault.from + 2 * one.service.lead_max + 4 * record.options.loop.cycle;
    const auto spec = spec_at(record, one.key, at);
    const bool starts_freely = one.has_selector && !one.service.ordered && !one.spec.node_pool;
    if (at >= fault.to || !spec || spec->mode != api::Mode::Auto || !counts_arrivals(one) || !starts_freely) continue;
    const auto other = [&](const Fault& any) { return &any != &fault && any.hits_service(fault.service); };
    if (record.disturbed(fault.from - 30min, at, other) || blocked(record, fault.service, fault.from, at)) continue;
    const int needed = need_of(0.95 * least_rps(one, at - one.service.lead_max - 3min, at), one);
    const auto& moments = record.moments.at(static_cast<std::size_t>(fault.service));
    int lost = 0;
    for (const auto& moment : moments)
      lost = moment.at > fault.from && moment.at <= at ? std::max(lost, moment.lost) : lost;
    const auto* moment = moment_at(record, fault.service, at);
    if (needed > spec->max_replicas - lost || 2 * lost > needed || moment->ready >= needed) continue;
    violations.push_back({"capacity", at,
                          fmt::format("{}: {} Ready of {} that are needed, two leads after {} began",
                                      one.key.to_string(), moment->ready, needed, to_string(fault))});
  }
}

void check_need(const Record& record, Violations& violations) {
  const Millis patience = 3 * record.options.loop.cycle + 90s;
  for (int service = 0; service < static_cast<int>(record.inhabitants.size()); ++service) {
    const auto& one = record.inhabitant(service);
    if (!counts_arrivals(one)) continue;
    WallTime next = record.start + 15min;
    for (const auto& moment : record.moments.at(static_cast<std::size_t>(service))) {
      if (moment.at < next || moment.replicas >= need_of(one.service.demand_rps(moment.at), one)) continue;
      const WallTime from = moment.at - patience;
      const auto spec = spec_at(record, one.key, moment.at);
      if (!spec || spec->mode != api::Mode::Auto || last_rebirth(record, service, moment.at) > from) continue;
      const int needed = std::min(spec->max_replicas, need_of(least_rps(one, from, moment.at), one));
      if (moment.replicas >= needed || blocked(record, service, from, moment.at)) continue;
      if (one.service.gateways == 0 && none_ready(record, service, from, moment.at))
        continue;  // no pod reported demand
      violations.push_back({"need-now", moment.at,
                            fmt::format("{}: {} replicas where {} have been needed since {}", one.key.to_string(),
                                        moment.replicas, needed, format_rfc3339(from))});
      next = moment.at + 30min;
    }
  }
}

void check_rebirth(const Record& record, Violations& violations) {
  const Millis patience = 4 * record.options.loop.cycle;
  for (const auto& fault : record.plan.faults) {
    if (fault.kind != FaultKind::Rebirth) continue;
    const auto& one = record.inhabitant(fault.service);
    for (const auto birth : rebirths_of(fault)) {
      const auto spec = spec_at(record, one.key, birth + patience);
      const bool again = last_rebirth(record, fault.service, birth + patience) != birth;
      if (again || !spec || spec->mode != api::Mode::Auto || blocked(record, fault.service, birth, birth + patience))
        continue;
      const auto* moment = moment_at(record, fault.service, birth + patience);
      if (moment->replicas < spec->min_replicas)
        violations.push_back({"rebirth", moment->at,
                              fmt::format("{}: {} replicas, minReplicas is {}, created anew at {}", one.key.to_string(),
                                          moment->replicas, spec->min_replicas, format_rfc3339(birth))});
    }
  }
}

void check_conflicts(const Record& record, Violations& violations) {
  const Millis patience = 2 * record.options.loop.cycle + 10s;
  for (auto write = record.writes.begin(); write != record.writes.end(); ++write) {
    if (write->kind != "Scale" || write->outcome != "conflict" || !by_controller(*write)) continue;
    if (std::stoi(write->value) <= write->before || write->at + patience > record.end) continue;
    const int service = record.index_of(write->object);
    const auto& one = record.inhabitant(service);
    const WallTime until = write->at + patience;
    // The raise is still wanted where the least demand since then needs more than the replicas of before.
    if (counts_arrivals(one) && need_of(least_rps(one, write->at, until), one) <= write->before) continue;
    if (!counts_arrivals(one) || blocked(record, service, write->at, until)) continue;
    const bool repeated = std::any_of(write, record.writes.end(), [&](const Write& later) {
      return later.kind == "Scale" && later.object == write->object && later.outcome == "ok" && later.at <= until;
    });
    if (!repeated && last_rebirth(record, service, until) < write->at)
      violations.push_back(
          {"conflicts", write->at, "refused, replicas as they were, and not done since: " + to_string(*write)});
  }
}

}  // namespace aia::simulation
