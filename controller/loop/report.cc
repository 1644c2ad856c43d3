// Reporting to the cluster; see report.h.
#include "controller/loop/report.h"

#include "controller/loop/events.h"
#include "controller/loop/forecast_objects.h"
#include "controller/loop/status.h"

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
    if (workload.scaled) static_cast<void>(cluster.write_event(object, events.front()));
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

void report(Cycle& cycle, ports::Cluster& cluster, const Settings& settings) {
  for_each(cycle, "report", [&](Workload& workload) {
    if (cycle.leading) write_status(cycle, workload, cluster, settings);
    if (cycle.leading && workload.usable()) write_forecasts(cycle, workload, cluster, settings);
  });
}

}  // namespace aia::loop
