// Acting; see act.h.
#include "controller/loop/act.h"

namespace aia::loop {
namespace {

bool should_write(const Workload& workload) {
  return !workload.broken && workload.object.spec.mode == api::Mode::Auto && workload.other_owner.empty() &&
         workload.target && workload.decision && workload.decision->action != plan::Action::Hold &&
         workload.decision->desired && *workload.decision->desired != workload.target->spec_replicas;
}

/// After a time-out nobody knows whether the write arrived: the next look at the target is no proof of a revert.
bool outcome_unknown(const Error& error) {
  return error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Unavailable;
}

void write(Cycle& cycle, Workload& workload, ports::Cluster& cluster) {
  const int desired = *workload.decision->desired;
  const auto written = cluster.write_scale(workload.object, desired, workload.target->resource_version);
  if (written) {
    cycle.outage.note_answer();
    workload.scaled = true;
    workload.state->last_scale_time = cycle.now;
    workload.state->writes.wrote(desired);
    return;
  }
  if (lead_lost(cycle, written.error())) return;
  cycle.outage.note_error(written.error());
  if (outcome_unknown(written.error())) workload.state->writes.uncertain();
  workload.scale_error = written.error();
  workload.fail("act", written.error());
}

}  // namespace

void act(Cycle& cycle, ports::Cluster& cluster) {
  for_each_usable(cycle, "act", [&](Workload& workload) {
    if (!cycle.leading || !should_write(workload)) return;
    if (cycle.outage.is_on()) {
      workload.scale_error = Error{ErrorKind::Unavailable, "the API server does not answer; tried again next cycle"};
      return;
    }
    write(cycle, workload, cluster);
  });
}

}  // namespace aia::loop
