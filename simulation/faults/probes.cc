// See probes.h.
#include "simulation/faults/probes.h"

#include <algorithm>

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

/// What a fault leaves behind that no controller can help: pods that still start.
Millis aftermath(const Fault& fault, const std::vector<Inhabitant>& inhabitants) {
  const bool pods = fault.kind == FaultKind::StartsStuck || fault.kind == FaultKind::PodsFlap;
  return pods ? inhabitants.at(static_cast<std::size_t>(fault.service)).service.lead_max + 1min : Millis(0);
}

/// How long what demand was may still be seen in replicas: stabilised, and where a model with a memory of its own was
/// asked for, a level is a spike to it for twelve steps of the grid (docs/forecasting.md).
Millis memory(const api::AutoscalerSpec& spec, Millis grid_step) {
  const auto model = spec.forecast.model;
  const bool robust = model == api::ModelChoice::SeasonalNaive || model == api::ModelChoice::HoltWinters;
  return 30min + (robust ? 12 * grid_step : 0min);
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
    const auto& demand = service.options().demand_rps;
    Probe::Object object{view.object.spec, view.object.status, service.replicas(), service.ready(), 0, 0, 0, 0};
    object.missing = service.scraped_missing(service.newest_scrape(probe.at));
    for (auto i = service.newest_scrape(probe.at); i > service.newest_scrape(probe.at - 30min); --i)
      object.queued = std::max(object.queued, service.scraped_queue(i));
    object.least_rps = object.largest_rps = demand(probe.at);
    for (Millis ago = 0ms; ago <= back; ago += 15s)
      object.least_rps = std::min(object.least_rps, demand(probe.at - ago));
    const Millis behind = memory(view.object.spec, record.options.loop.grid_step);
    for (Millis ahead = -behind; ahead <= 4 * service.options().lead_max; ahead += 1min)
      object.largest_rps = std::max(object.largest_rps, demand(probe.at + ahead));
    probe.objects[key] = std::move(object);
  }
  for (const auto& [key, forecast] : world.forecasts()) probe.forecasts.push_back({key, owned(world, forecast)});
  return probe;
}

}  // namespace

void schedule_probes(World& world, Record& record) {
  const auto at = [&](WallTime when, Probe::Why why, std::size_t fault) {
    world.at(when, [&world, &record, why, fault] {
      if (world.now() <= record.end) record.probes.push_back(look(world, record, why, fault));
    });
  };
  const auto& faults = record.plan.faults;
  const auto& settings = record.options;
  // Two cycles, one more that may have been under way and slow, a lease to be won and a rate window to fill.
  const Millis soon = 3 * settings.loop.cycle + settings.lease.duration + 2 * settings.lease.retry + 90s;
  const Millis late = 40min;
  WallTime healed = record.start;
  for (std::size_t i = 0; i <= faults.size(); ++i) {
    const WallTime next = i < faults.size() ? faults[i].from : record.end;
    if (healed + soon < next) at(healed + soon, Probe::Why::Recovered, i);
    if (healed + late < next) at(healed + late, Probe::Why::Settled, i);
    if (i == faults.size()) break;
    healed = std::max(healed, faults[i].to + aftermath(faults[i], record.inhabitants));
    at(faults[i].to - 500ms, Probe::Why::FaultEnds, i);
  }
}

}  // namespace aia::simulation
