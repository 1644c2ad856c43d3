// Reporting to the cluster; see report.h.
#include "controller/loop/report.h"

#include <utility>
#include <vector>

#include "controller/loop/events.h"
#include "controller/loop/forecast_objects.h"
#include "controller/loop/status.h"
#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

void write_status(Cycle& cycle, Workload& workload, ports::Cluster& cluster, const Settings& settings) {
  const WallTime now = cycle.now;
  auto& outage = cycle.outage;
  auto& state = *workload.state;
  auto next = status_of(workload, now);
  const auto slot = write_slot(now, settings.grid_step, workload.object.meta.key().to_string());
  const bool due = differs_in_substance(next, state.status) || (slot != state.status_slot && next != state.status);
  if (!due || outage.is_on()) return;
  const auto events = events_of(workload, next);
  auto object = workload.object;
  object.status = next;
  const auto outcome = cluster.write_status(object);
  if (!outcome && lead_lost(cycle, outcome.error())) return;
  outage.note(outcome);
  if (!outcome) {
    workload.fail("report", outcome.error().in("status"));
    if (!workload.scaled) return;  // the rest is said with the status
    const auto sent = cluster.write_event(object, events.front());
    if (!sent && !lead_lost(cycle, sent.error())) workload.fail("report", sent.error().in("Event"));
    return;
  }
  state.status = std::move(next);
  state.status_slot = slot;
  for (const auto& event : events) {
    if (outage.is_on()) break;
    const auto sent = cluster.write_event(object, event);
    if (!sent && lead_lost(cycle, sent.error())) return;
    outage.note(sent);
    if (!sent) workload.fail("report", sent.error().in("Event " + event.reason));
  }
}

}  // namespace

void report(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings) {
  if (!cycle.leading) return;
  std::vector<Workload*> due;
  for (auto& workload : cycle.workloads) due.push_back(&workload);
  cycle.outage.give_another_try();
  take_turns(
      cycle, std::move(due), "report", Budget(clock, settings.cycle / 2),
      [](const Workload& workload) -> Turn& { return workload.state->reporting; },
      [&](Workload& workload) {
        const auto errors = workload.errors.size();
        write_status(cycle, workload, cluster, settings);
        if (cycle.leading && workload.usable()) write_forecasts(cycle, workload, cluster, settings);
        return workload.errors.size() == errors;
      },
      [](Workload&) {});
}

}  // namespace aia::loop
