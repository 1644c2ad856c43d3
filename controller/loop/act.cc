// Collects the workloads whose decision differs from their scale, and writes these scales in turns (turns.h). A write
// without an answer may have arrived, so the next cycle does not count a different scale as a revert.
#include "controller/loop/act.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

constexpr int kTries = 3;  // at most for a write that conflicts with another client's write to the same object

bool should_write(const Workload& workload) {
  if (workload.broken || workload.object.spec.mode != api::Mode::Auto || !workload.target || !workload.decision)
    return false;
  if (!workload.other_owner.empty() && !workload.stood_back) return false;
  return workload.decision->action != plan::Action::Hold && workload.decision->desired &&
         *workload.decision->desired != workload.target->spec_replicas;
}

/// Writes the decided replicas. A conflict means that another client wrote the same object, most often the target's own
/// controller during a rollout. A scale-out is then written again at once, while the target still asks for the replicas
/// that the decision started from. A scale-in is not written again, because a rollout may have begun.
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

/// Returns false if the write failed. A write refused because the lead is lost is not a failure.
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
  // The write may have arrived, so the replicas observed next prove no revert.
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
