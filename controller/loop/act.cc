// Writes the decided replicas, namespaces in turns. A scale-out that conflicts is tried again at once, because the
// target was only written by its own controller; a scale-in is not, because a rollout may have begun.
#include "controller/loop/act.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

constexpr int kTries = 3;  // of one write that conflicts with others' writes to the same object

bool should_write(const Workload& workload) {
  if (workload.broken || workload.object.spec.mode != api::Mode::Auto || !workload.target || !workload.decision)
    return false;
  if (!workload.other_owner.empty() && !workload.stood_back) return false;
  return workload.decision->action != plan::Action::Hold && workload.decision->desired &&
         *workload.decision->desired != workload.target->spec_replicas;
}

/// Writes what was decided. A conflict is somebody's write to the same object, most often its own controller's during a
/// rollout: a scale-out is written again at once while the target still asks for the replicas that it was decided from.
/// A scale-in is not: a rollout may have begun.
Result<std::string> write_decided(Workload& workload, ports::Cluster& cluster) {
  const auto& target = *workload.target;
  const int desired = *workload.decision->desired;
  auto written = cluster.write_scale(workload.object, desired, target.resource_version);
  const int most = desired > target.spec_replicas ? kTries : 1;
  for (int tries = 1; tries < most && !written && written.error().kind == ErrorKind::Conflict; ++tries) {
    const auto now = cluster.read_scale(workload.object);
    if (!now || now->spec_replicas != target.spec_replicas || now->uid != target.uid) break;
    written = cluster.write_scale(workload.object, desired, now->resource_version);
  }
  return written;
}

/// False: it failed.
bool write(Cycle& cycle, Workload& workload, ports::Cluster& cluster) {
  auto& state = *workload.state;
  ensure_shared(cycle.leading, "a scale is written though another one leads");
  ensure(*workload.decision->desired >= 1, "replicas would be set to 0, which we never do");
  const auto written = write_decided(workload, cluster);
  if (written) {
    cycle.outage.note_answer();
    workload.scaled = true;
    state.conflicts = 0;
    state.last_scale_time = cycle.now;
    state.writes.wrote(*workload.decision->desired);
    return true;
  }
  if (lead_lost(cycle, written.error())) return true;
  cycle.outage.note_error(written.error());
  // It may have arrived: the next look at the target is no proof of a revert.
  if (written.error().outcome_unknown()) state.writes.uncertain();
  state.conflicts = written.error().kind == ErrorKind::Conflict ? state.conflicts + 1 : 0;
  workload.scale_error = written.error();
  workload.fail("act", written.error());
  return false;
}

}  // namespace

void act(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings) {
  if (!cycle.leading) return;
  std::vector<Workload*> due;
  for_each_usable(cycle, "act", [&](Workload& workload) {
    if (should_write(workload))
      due.push_back(&workload);
    else
      workload.state->conflicts = 0;
  });
  std::stable_partition(due.begin(), due.end(),
                        [](const Workload* one) { return *one->decision->desired > one->target->spec_replicas; });
  cycle.outage.give_another_try();
  take_turns(
      cycle, std::move(due), "act", Budget(clock, settings.cycle / 2),
      [](const Workload& workload) -> Turn& { return workload.state->acting; }, cycle.served.acting,
      [&](Workload& workload) { return write(cycle, workload, cluster); },
      [&](Workload& workload) { workload.scale_error = postponed(cycle); });
}

}  // namespace aia::loop
