// Observing; see observe.h.
#include "controller/loop/observe.h"

#include <algorithm>

#include "controller/loop/demand_batch.h"
#include "controller/loop/owners.h"

namespace aia::loop {
namespace {

/// Targets read side by side; a read that fails is its own object's error.
void observe_targets(Cycle& cycle, ports::Cluster& cluster, Millis deadline) {
  std::vector<api::Autoscaler> objects;
  std::vector<Workload*> asked;
  for (auto& workload : cycle.workloads) {
    if (!workload.usable()) continue;
    objects.push_back(workload.object);
    asked.push_back(&workload);
  }
  auto targets = cluster.targets(objects, deadline);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    auto& workload = *asked[i];
    if (i >= targets.size()) {
      workload.target_error = Error{ErrorKind::Timeout, "the target was not read in time"};
    } else if (!targets[i]) {
      workload.target_error = targets[i].error();
    } else {
      workload.target = std::move(targets[i]).value();
      workload.state->lead.observe(workload.target->pods);
      // What somebody sets while we only watch reverts nothing of ours.
      if (workload.object.spec.mode == api::Mode::Auto)
        workload.state->writes.observed(workload.target->spec_replicas, cycle.now);
      else
        workload.state->writes.uncertain();
    }
    if (workload.target_error) workload.fail("observe", *workload.target_error);
  }
}

}  // namespace

int Workload::ready_pods() const {
  return target ? static_cast<int>(std::count_if(target->pods.begin(), target->pods.end(), is_ready)) : 0;
}

Cycle begin_cycle(ports::Cluster& cluster, WorkloadStates& states, WallTime now, const Settings& settings) {
  Cycle cycle;
  cycle.now = now;
  std::set<std::string> uids;
  for (auto& view : cluster.autoscalers()) {
    uids.insert(view.object.meta.uid);
    if (view.object.meta.deleting) continue;
    Workload workload;
    workload.object = std::move(view.object);
    workload.problem = std::move(view.problem);
    workload.state = &states.of(workload.object, settings);
    if (workload.problem)
      workload.fail("observe", *workload.problem);
    else
      workload.state->follow(workload.object.spec.target, settings);
    cycle.workloads.push_back(std::move(workload));
  }
  states.keep_only(uids);
  return cycle;
}

void observe(Cycle& cycle, ports::Cluster& cluster, ports::MetricsSource& metrics, const ports::Clock& clock,
             const Settings& settings) {
  const Millis begun = clock.steady();
  const auto left = [&] {  // a slow part must not starve the ones after it
    const Millis deadline = settings.observation_deadline();
    return std::max(deadline - (clock.steady() - begun), deadline / 4);
  };
  observe_targets(cycle, cluster, left());
  find_other_owners(cycle, cluster);
  DemandBatch batch(cycle, settings, metrics);
  batch.ask(left);
  batch.answer(cycle.now);
}

}  // namespace aia::loop
