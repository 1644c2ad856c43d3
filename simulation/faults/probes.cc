// Probes are placed by the plan alone: just before each fault ends, and in the calm after the last fault, when its
// consequences must be over. A calm that is too short gets no probe.
#include "simulation/faults/probes.h"
#include "simulation/faults/truths.h"

#include <algorithm>

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Millis kMoment = 30s;

/// How long a fault has consequences that no controller can prevent, such as pods that still start.
Millis aftermath(const Fault& fault, const std::vector<Inhabitant>& inhabitants) {
  switch (fault.kind) {
    case FaultKind::StartsStuck:
    case FaultKind::PodsFlap:
    case FaultKind::RolloutStuck:
    case FaultKind::Rebirth: return inhabitants.at(static_cast<std::size_t>(fault.service)).service.lead_max + 1min;
    case FaultKind::BadSamples: return 2min;  // bad samples are in rate windows
    case FaultKind::CrashLoop: return 6min;   // the longest back-off between two crashes
    case FaultKind::NodesStuck:
    case FaultKind::GpusLost: return 20min;  // a node's start, and a pod's start on this node
    default: return 0min;
  }
}

/// The condition reports trouble. ForecastEligible is left out, because both of its states are well.
bool tells_of_trouble(const api::Condition& condition) {
  using api::ConditionStatus;
  switch (condition.type) {
    using enum api::ConditionType;
    case ForecastEligible: return false;
    case ScalingLimited:
    case ScaleInHeld: return condition.status == ConditionStatus::True;
    default: return condition.status != ConditionStatus::True;
  }
}

bool is_said(const World& world, const api::ObjectKey& key) {
  const auto found = world.autoscalers().find(key);
  if (found == world.autoscalers().end()) return true;
  const auto& conditions = found->second.object.status.conditions;
  return std::any_of(conditions.begin(), conditions.end(), tells_of_trouble);
}

bool owned(const World& world, const api::Forecast& forecast) {
  const auto owner = world.autoscalers().find({forecast.meta.ns, forecast.autoscaler});
  if (owner == world.autoscalers().end() || owner->second.object.meta.uid != forecast.autoscaler_uid) return false;
  const auto& demand = owner->second.object.spec.demand;
  return std::any_of(demand.begin(), demand.end(), [&](const auto& one) { return one.name == forecast.demand; });
}

Probe look(World& world, const Record& record, Probe::Why why, std::size_t fault) {
  Probe probe;
  probe.at = world.now();
  probe.why = why;
  probe.fault = fault;
  const Millis back = 3 * record.options.loop.cycle;
  for (const auto& [key, view] : world.autoscalers()) {
    const auto& service = *world.service(key);
    Probe::Object object{view.object.spec, view.object.status, service.replicas(), service.ready(), 0, 0, 0, 0, false};
    object.young = std::any_of(service.pods().begin(), service.pods().end(), [&](const auto& pod) {
      return pod.pod.ready_since &&
             probe.at - *pod.pod.ready_since < record.options.loop.cycle + 2 * service.options().scrape_interval;
    });
    object.missing = service.scraped_missing(service.newest_scrape(probe.at));
    for (auto i = service.newest_scrape(probe.at); i > service.newest_scrape(probe.at - 30min); --i)
      object.queued = std::max(object.queued, service.scraped_queue(i));
    const int index = record.index_of(key);
    const auto& one = record.inhabitant(index);
    object.least_rps = least_rps(one, probe.at - back, probe.at);
    const Millis behind = memory_of(record, index, view.object.spec, probe.at);
    object.largest_rps = largest_rps(one, probe.at - behind, probe.at + horizon_of(one));
    probe.objects[key] = std::move(object);
  }
  for (const auto& [key, forecast] : world.forecasts()) probe.forecasts.push_back({key, owned(world, forecast)});
  return probe;
}

}  // namespace

void keep_moments(World& world, Record& record, WallTime at) {
  record.moments.resize(record.inhabitants.size());
  world.at(at, [&world, &record] {
    for (std::size_t i = 0; i < record.inhabitants.size(); ++i) {
      const auto& service = *world.service(record.inhabitants[i].key);
      const auto& pods = service.pods();
      const auto waiting =
          std::count_if(pods.begin(), pods.end(), [&](const auto& one) { return service.waits_for_node(one); });
      record.moments[i].push_back({world.now(), service.replicas(), service.ready(), service.lost(),
                                   static_cast<int>(waiting), service.queue() > 0,
                                   is_said(world, record.inhabitants[i].key)});
    }
    if (world.now() + kMoment <= record.end) keep_moments(world, record, world.now() + kMoment);
  });
}

void schedule_probes(World& world, Record& record) {
  const auto at = [&](WallTime when, Probe::Why why, std::size_t fault) {
    world.at(when, [&world, &record, why, fault] {
      if (world.now() <= record.end) record.probes.push_back(look(world, record, why, fault));
    });
  };
  const auto& faults = record.plan.faults;
  const Millis soon = soon_after(record.options);
  WallTime healed = record.start;
  Millis late = 40min;
  for (std::size_t i = 0; i <= faults.size(); ++i) {
    const WallTime next = i < faults.size() ? faults[i].from : record.end;
    if (healed + soon < next) at(healed + soon, Probe::Why::Recovered, i);
    if (healed + late < next) at(healed + late, Probe::Why::Settled, i);
    if (i == faults.size()) break;
    healed = std::max(healed, faults[i].to + aftermath(faults[i], record.inhabitants));
    if (turn_of(faults[i])) healed = std::max(healed, turn_of(faults[i])->to);
    late = turn_of(faults[i]) ? 80min : 40min;  // replicas for a turn of demand are given back over an hour
    at(faults[i].to - 500ms, Probe::Why::FaultEnds, i);
  }
}

}  // namespace aia::simulation
