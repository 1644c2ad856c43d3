// Objects take turns, each with its status, Events and Forecasts in one turn. A status whose write got no answer may be
// stored or not, so the status in the watch is compared as well.
#include "controller/loop/report.h"

#include <utility>
#include <vector>

#include "controller/loop/events.h"
#include "controller/loop/forecast_objects.h"
#include "controller/loop/status.h"
#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

void write_status(Cycle& cycle, Workload& workload, ports::Cluster& cluster, const ports::Clock& clock,
                  const Settings& settings) {
  const WallTime now = cycle.now;
  auto& state = *workload.state;
  auto next = status_of(workload, now);
  const auto slot = write_slot(now, settings.grid_step, workload.object.meta.key().to_string());
  const bool differs = differs_in_substance(next, state.status) || (slot != state.status_slot && next != state.status);
  const bool may_stand = state.status_unsure && differs_in_substance(next, workload.object.status);
  const bool due = differs || may_stand;
  if (!due || cycle.outage.is_on()) return;
  auto object = workload.object;
  object.status = next;
  const auto outcome = cluster.write_status(object);
  if (!outcome && lead_lost(cycle, outcome.error())) return;
  cycle.outage.note(outcome);
  state.status_unsure = !outcome && outcome.error().outcome_unknown();
  if (!outcome) return workload.fail("report", outcome.error().in("status"));
  using enum api::ConditionType;
  static const std::vector<api::ConditionType> kTold{Ready,           MetricsHealthy, AbleToScale,
                                                     ReplicasServing, NodesAhead,     ScaleInHeld};
  state.events.tell(next.conditions, state.status.conditions, kTold, clock.steady(), kQuietCycles * settings.cycle);
  state.status = std::move(next);
  state.status_slot = slot;
}

void send_events(Cycle& cycle, Workload& workload, ports::Cluster& cluster, const ports::Clock& clock,
                 EventShares& shares) {
  const auto write = [&](const ports::Event& event) { return cluster.write_event(workload.object, event); };
  const auto may = [&] { return shares.take(workload.object.meta.ns, clock.steady()); };
  for (const auto& error : workload.state->events.send(cycle.outage, write, may))
    if (!lead_lost(cycle, error)) workload.fail("report", error);
}

}  // namespace

void report(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings,
            EventShares& shares) {
  if (!cycle.leading) return;
  std::vector<Workload*> due;
  for (auto& workload : cycle.workloads) {
    due.push_back(&workload);
    if (workload.scaled) workload.state->events.add(scaled_event(workload), clock.steady());  // sent in its turn
  }
  cycle.outage.give_another_try();
  take_turns(
      cycle, std::move(due), "report", Budget(clock, settings.cycle / 2),
      [](const Workload& workload) -> Turn& { return workload.state->reporting; }, cycle.served.reporting,
      [&](Workload& workload) {
        const auto errors = workload.errors.size();
        write_status(cycle, workload, cluster, clock, settings);
        if (cycle.leading) send_events(cycle, workload, cluster, clock, shares);
        if (cycle.leading && workload.usable()) write_forecasts(cycle, workload, cluster, settings);
        return workload.errors.size() == errors;
      },
      [](Workload&) {});
}

}  // namespace aia::loop
