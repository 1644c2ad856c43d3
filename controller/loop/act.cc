// Acting; see act.h.
#include "controller/loop/act.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

bool should_write(const Workload& workload) {
  return !workload.broken && workload.object.spec.mode == api::Mode::Auto && workload.other_owner.empty() &&
         workload.target && workload.decision && workload.decision->action != plan::Action::Hold &&
         workload.decision->desired && *workload.decision->desired != workload.target->spec_replicas;
}

/// False: it failed.
bool write(Cycle& cycle, Workload& workload, ports::Cluster& cluster) {
  const int desired = *workload.decision->desired;
  const auto written = cluster.write_scale(workload.object, desired, workload.target->resource_version);
  if (written) {
    cycle.outage.note_answer();
    workload.scaled = true;
    workload.state->last_scale_time = cycle.now;
    workload.state->writes.wrote(desired);
    return true;
  }
  if (lead_lost(cycle, written.error())) return true;
  cycle.outage.note_error(written.error());
  // It may have arrived: the next look at the target is no proof of a revert.
  if (written.error().outcome_unknown()) workload.state->writes.uncertain();
  workload.scale_error = written.error();
  workload.fail("act", written.error());
  return false;
}

}  // namespace

void act(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings) {
  if (!cycle.leading) return;
  std::vector<Workload*> due;
  for_each_usable(cycle, "act", [&](Workload& workload) {
    if (should_write(workload)) due.push_back(&workload);
  });
  std::stable_partition(due.begin(), due.end(),
                        [](const Workload* one) { return *one->decision->desired > one->target->spec_replicas; });
  cycle.outage.give_another_try();
  take_turns(
      cycle, std::move(due), "act", Budget(clock, settings.cycle / 2),
      [](const Workload& workload) -> Turn& { return workload.state->acting; },
      [&](Workload& workload) { return write(cycle, workload, cluster); },
      [&](Workload& workload) { workload.scale_error = postponed(cycle); });
}

}  // namespace aia::loop
