// Objects take turns, each with its status, Events and Forecasts together.
#include "controller/loop/workload/report.h"

#include <utility>
#include <vector>

#include "controller/loop/report/status_writer.h"
#include "controller/loop/workload/forecast_objects.h"
#include "controller/loop/workload/status.h"

namespace aia::loop {
namespace {

const std::vector<api::ConditionType>& told_as_events() {
  using enum api::ConditionType;
  static const std::vector<api::ConditionType> kTold{Ready,           MetricsHealthy, AbleToScale,
                                                     ReplicasServing, NodesAhead,     ScaleInHeld};
  return kTold;
}

/// Makes the status of all workloads. Where this throws, Ready alone is told.
void make_statuses(const Cycle& cycle, Workloads workloads) {
  const auto make = [&](Workload& workload) { workload.status = status_of(workload, cycle.now); };
  for_each(cycle, workloads, "report", [&](Workload& workload) {
    if (!workload.broken()) make(workload);
  });
  for_each(cycle, workloads, "report", [&](Workload& workload) {
    if (workload.broken()) make(workload);
  });
}

}  // namespace

void report(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, const ports::Clock& clock,
            const Settings& settings, EventShares& shares) {
  make_statuses(cycle, workloads);
  if (!cycle.leading) return;
  std::vector<Workload*> due;
  for (auto& workload : workloads) due.push_back(&workload);
  cycle.breaker.give_another_try();
  StatusWriter writer(cycle, clock, settings);
  take_turns(
      cycle, std::move(due), "report", Budget(clock, settings.cycle / 2),
      [](const Workload& workload) -> Turn& { return workload.state->reporting; }, cycle.served.reporting,
      [&](Workload& workload) {
        const auto errors = workload.errors.size();
        auto& state = *workload.state;
        writer.write(workload, state.status, workload.status, false, state.events, told_as_events(),
                     [&](const api::AutoscalerStatus& status) {
                       auto object = workload.object;
                       object.status = status;
                       return cluster.write_status(object);
                     });
        writer.send_events(
            workload, state.events,
            [&](const ports::Event& event) { return cluster.write_event(workload.object, event); },
            [&] { return shares.take(workload.object.meta.ns, clock.steady()); });
        if (cycle.leading && workload.usable()) write_forecasts(cycle, workload, cluster, settings);
        return workload.errors.size() == errors;
      },
      [](Workload&) {});
}

}  // namespace aia::loop
