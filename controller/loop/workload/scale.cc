// A write without an answer may have arrived, so the next cycle does not count a different scale as a revert. A
// conflict means that another client wrote the same object, most often the target's own controller during a rollout.
#include "controller/loop/workload/scale.h"

#include <algorithm>
#include <utility>

namespace aia::loop {
namespace {

/// Notes the outcome of a write of the scale.
void note(Workload& workload, const Attempt& attempt, WallTime now, Millis steady) {
  auto& state = *workload.state;
  if (attempt.outcome) {
    workload.scaled = true;
    state.conflicts = 0;
    state.last_scale_time = now;
    state.writes.wrote(std::get<SetReplicas>(attempt.write.change).to);
    if (auto event = event_of(attempt.write)) state.events.add(std::move(*event), steady);
    return;
  }
  const Error& error = attempt.outcome.error();
  // The write may have arrived, so the replicas observed next prove no revert.
  if (error.outcome_unknown()) state.writes.uncertain();
  state.conflicts = error.kind == ErrorKind::Conflict ? state.conflicts + 1 : 0;
  workload.scale_error = error;
  workload.fail("act", error);
}

bool is_scale_out(const Workload* workload) {
  const auto& set = std::get<SetReplicas>(workload->writes.front().change);
  return set.to > set.from;
}

}  // namespace

std::vector<Write> writes_of(const Workload& workload) {
  const auto& [unseen, target, target_error, other_owner, stood_back] = workload.seen;
  const auto& decision = workload.decision;
  if (!workload.usable() || workload.object.spec.mode != api::Mode::Auto || !target || !decision) return {};
  if (!other_owner.empty() && !stood_back) return {};
  const bool differs = decision->desired && *decision->desired != target->spec_replicas;
  if (decision->action == plan::Action::Hold || !differs) return {};
  std::string why;
  for (const auto& reason : decision->reasons) why += (why.empty() ? "" : "; ") + reason.message;
  return {
      {SetReplicas{workload.object, target->spec_replicas, *decision->desired, target->resource_version, target->uid},
       why}};
}

void scale(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, const ports::Clock& clock,
           const Settings& settings) {
  if (!cycle.leading) return;
  std::vector<Workload*> due;
  for_each_usable(cycle, workloads, "act", [&](Workload& workload) {
    workload.writes = writes_of(workload);
    if (workload.writes.empty())
      workload.state->conflicts = 0;
    else
      due.push_back(&workload);
  });
  std::stable_partition(due.begin(), due.end(), is_scale_out);
  execute(
      cycle, std::move(due), {&cluster, nullptr}, Budget(clock, settings.cycle / 2),
      [](const Workload& workload) -> Turn& { return workload.state->acting; }, cycle.served.acting,
      [](const Workload& workload) { return workload.writes; },
      [&](Workload& workload, const Attempt& attempt) { note(workload, attempt, cycle.now, clock.steady()); },
      [&](Workload& workload) { workload.scale_error = postponed(cycle); });
}

}  // namespace aia::loop
