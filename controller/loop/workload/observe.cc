// Reads all targets in one call and asks all queries in one batch, each with its part of the deadline. An object with a
// time-out in this pass is slow, and comes in the second pass of the next cycle.
#include "controller/loop/workload/observe.h"

#include <algorithm>
#include <map>

#include "controller/loop/cycle/fair_shares.h"
#include "controller/loop/cycle/turns.h"
#include "controller/loop/cycle/unseen.h"
#include "controller/loop/workload/demand_batch.h"
#include "controller/loop/workload/owners.h"

namespace aia::loop {
namespace {

/// Reads the targets. An exception of the cluster becomes an error of each target not read; only BrokenShared, a fault
/// in shared state, goes on up and ends the process.
std::vector<Result<ports::Target>> read_targets(const std::vector<api::Autoscaler>& objects, ports::Cluster& cluster,
                                                Millis deadline) {
  std::vector<Result<ports::Target>> targets;
  Error why{ErrorKind::Timeout, "the target was not read in time", {}};
  try {
    targets = cluster.targets(objects, deadline);
  } catch (const BrokenShared&) {
    throw;
  } catch (const std::exception& failure) {
    why = {ErrorKind::Unavailable, std::string("reading the target failed: ") + failure.what(), {}};
  }
  while (targets.size() < objects.size()) targets.emplace_back(why);
  return targets;
}

void take_in(Workload& workload, Result<ports::Target> target, Cycle& cycle, const Settings& settings) {
  if (!target) {
    cycle.breaker.note_read(target.error());
    workload.seen.target_error = target.error();
    workload.fail("observe", target.error());
    return;
  }
  cycle.breaker.note_answer();
  workload.seen.target = std::move(target).value();
  auto& state = *workload.state;
  auto& pods = workload.seen.target->pods;
  state.follow_target(workload.seen.target->uid, settings);
  state.pods.observe(pods, workload.seen.target->spec_replicas, cycle.now);
  state.rollout.observe(workload.seen.target->rollout, workload.seen.target->pod_template, cycle.now);
  if (workload.seen.target->pods_unseen.empty())
    state.lead.observe(starts_of(pods, workload.object.spec.node_pool.has_value()), cycle.now);
  // Replicas that somebody sets while we do not write are no revert of our write.
  if (cycle.leading && workload.object.spec.mode == api::Mode::Auto)
    state.writes.observed(workload.seen.target->spec_replicas, cycle.now);
  else
    state.writes.uncertain();
}

/// Reads the targets side by side, in the order of turns. A failed read is an error of its object only.
void observe_targets(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, Millis deadline,
                     const Settings& settings) {
  std::vector<Workload*> asked;
  for (auto& workload : workloads)
    if (workload.usable()) asked.push_back(&workload);
  const auto turn = [](const Workload& workload) -> Turn& { return workload.state->reading; };
  asked = in_turns(std::move(asked), turn, cycle.served.reading);
  std::vector<api::Autoscaler> objects;
  for (const Workload* workload : asked) objects.push_back(workload->object);
  auto targets = read_targets(objects, cluster, deadline);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const bool answered = targets[i] || !CircuitBreaker::is_silence(targets[i].error());
    turn(*asked[i]).waited = answered ? 0 : turn(*asked[i]).waited + 1;
    if (answered) cycle.served.reading = asked[i]->object.meta.ns;
    guarded(*asked[i], "observe", [&] { take_in(*asked[i], std::move(targets[i]), cycle, settings); });
  }
}

/// Limits objects to --max-objects. In a namespace with more objects than its share, only the oldest objects count.
void bound_objects(Workloads workloads, const Settings& settings) {
  if (static_cast<int>(workloads.size()) <= settings.max_objects) return;
  std::map<std::string, std::vector<Workload*>> by_namespace;
  for (auto& workload : workloads) by_namespace[workload.object.meta.ns].push_back(&workload);
  std::vector<int> wanted;
  for (const auto& [ns, own] : by_namespace) wanted.push_back(static_cast<int>(own.size()));
  const auto shares = fair_shares(wanted, settings.max_objects);
  std::size_t next = 0;
  for (auto& [ns, own] : by_namespace) {
    const auto share = static_cast<std::size_t>(shares[next++]);
    std::sort(own.begin(), own.end(),
              [](const Workload* a, const Workload* b) { return api::is_older(a->object, b->object); });
    for (std::size_t i = share; i < own.size(); ++i)
      own[i]->problem =
          Error{ErrorKind::Conflict,
                "namespace " + ns + " has " + std::to_string(own.size()) + " AIAutoscalers, and its share of the " +
                    std::to_string(settings.max_objects) + " that this controller looks after (--max-objects) is " +
                    std::to_string(share) + ", the oldest ones: delete those that nobody needs"};
  }
}

}  // namespace

std::optional<std::int64_t> Workload::gpus_of(std::optional<int> replicas) const {
  if (!seen.target || !seen.target->replica || !replicas) return std::nullopt;
  const auto each = api::gpus_of(*seen.target->replica, pool.view ? pool.view->gpu_resource : "");
  return each ? std::optional(api::times(*each, *replicas)) : std::nullopt;
}

int Workload::ready_pods() const {
  if (!seen.target) return 0;
  const auto& pods = seen.target->pods;
  return static_cast<int>(std::count_if(pods.begin(), pods.end(), ports::is_ready));
}

std::vector<Workload> list_workloads(ports::Cluster& cluster, WorkloadStates& states, bool adopt,
                                     const Settings& settings, ports::CrashJournal* journal) {
  std::vector<Workload> workloads;
  const auto unseen =
      unseen_in_words(cluster.watch_ages(), settings.watch_freshness);  // read before the caches, so never too young
  std::set<std::string> uids;
  for (auto& view : cluster.autoscalers()) {
    uids.insert(view.object.meta.uid);
    if (view.object.meta.deleting) continue;
    Workload workload;
    workload.object = std::move(view.object);
    workload.problem = std::move(view.problem);
    workload.journal = journal;
    if (auto why = set_aside(workload.object.meta, journal)) workload.problem = std::move(why);
    workload.seen.unseen = unseen;
    workloads.push_back(std::move(workload));
  }
  bound_objects(workloads, settings);
  for (auto& workload : workloads) {
    workload.state = &states.of(workload.object.meta.uid, workload.object, settings);
    if (adopt) workload.state->adopt(workload.object.status);
    if (workload.problem)
      workload.fail("observe", *workload.problem);
    else
      workload.state->follow(workload.object.spec, settings);
  }
  states.keep_only(uids);
  return workloads;
}

std::size_t put_slow_last(Workloads workloads) {
  const auto first = std::stable_partition(workloads.begin(), workloads.end(),
                                           [](const Workload& workload) { return !workload.state->slow; });
  return static_cast<std::size_t>(first - workloads.begin());
}

void observe(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, ports::MetricsSource& metrics,
             const ports::Clock& clock, const Settings& settings) {
  const Millis begun = clock.steady();
  // Targets, answers and evidence have half a cycle together. A slow part must not starve later parts, so a quarter of
  // that time is kept for each later part. A part after one that outran its deadline still gets half a quarter.
  const auto left = [&](int later_parts) {
    const Millis quarter = settings.observation_deadline() / 4;
    return std::max((4 - later_parts) * quarter - (clock.steady() - begun), quarter / 2);
  };
  observe_targets(cycle, workloads, cluster, left(2), settings);
  stand_back(cycle, workloads);
  DemandBatch batch(cycle, workloads, settings, metrics);
  batch.ask(left);
  batch.answer(cycle);
  for (auto& workload : workloads)
    workload.state->slow = std::any_of(workload.errors.begin(), workload.errors.end(),
                                       [](const auto& error) { return error.kind == ErrorKind::Timeout; });
}

}  // namespace aia::loop
