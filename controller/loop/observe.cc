// Reads all targets in one call and asks all queries in one batch, each with its part of the deadline. An object with a
// time-out in this pass is slow, and comes in the second pass of the next cycle.
#include "controller/loop/observe.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "controller/loop/demand_batch.h"
#include "controller/loop/fair_shares.h"
#include "controller/loop/owners.h"
#include "controller/loop/pools.h"
#include "controller/loop/turns.h"
#include "controller/loop/watches.h"

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
    cycle.outage.note_read(target.error());
    workload.target_error = target.error();
    workload.fail("observe", target.error());
    return;
  }
  cycle.outage.note_answer();
  workload.target = std::move(target).value();
  auto& state = *workload.state;
  auto& pods = workload.target->pods;
  state.follow_target(workload.target->uid, settings);
  state.pods.observe(pods, workload.target->spec_replicas, cycle.now);
  state.rollout.observe(workload.target->rollout, workload.target->pod_template, cycle.now);
  if (workload.target->pods_unseen.empty())
    state.lead.observe(starts_of(pods, workload.object.spec.node_pool.has_value()), cycle.now);
  // Replicas that somebody sets while we do not write are no revert of our write.
  if (cycle.leading && workload.object.spec.mode == api::Mode::Auto)
    state.writes.observed(workload.target->spec_replicas, cycle.now);
  else
    state.writes.uncertain();
}

/// Reads the targets side by side, in the order of turns. A failed read is an error of its object only.
void observe_targets(Cycle& cycle, ports::Cluster& cluster, Millis deadline, const Settings& settings) {
  std::vector<Workload*> asked;
  for (auto& workload : cycle.workloads)
    if (workload.usable()) asked.push_back(&workload);
  const auto turn = [](const Workload& workload) -> Turn& { return workload.state->reading; };
  asked = in_turns(std::move(asked), turn, cycle.served.reading);
  std::vector<api::Autoscaler> objects;
  for (const Workload* workload : asked) objects.push_back(workload->object);
  auto targets = read_targets(objects, cluster, deadline);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const bool answered = targets[i] || !Outage::is_silence(targets[i].error());
    turn(*asked[i]).waited = answered ? 0 : turn(*asked[i]).waited + 1;
    if (answered) cycle.served.reading = asked[i]->object.meta.ns;
    guarded(*asked[i], "observe", [&] { take_in(*asked[i], std::move(targets[i]), cycle, settings); });
  }
}

/// Limits objects to --max-objects. In a namespace with more objects than its share, only the oldest objects count.
void bound_objects(Cycle& cycle, const Settings& settings) {
  if (static_cast<int>(cycle.workloads.size()) <= settings.max_objects) return;
  std::map<std::string, std::vector<Workload*>> by_namespace;
  for (auto& workload : cycle.workloads) by_namespace[workload.object.meta.ns].push_back(&workload);
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
  if (!target || !target->replica || !replicas) return std::nullopt;
  const auto each = api::gpus_of(*target->replica, pool == nullptr ? "" : pool->object.spec.gpu_resource);
  return each ? std::optional(api::times(*each, *replicas)) : std::nullopt;
}

int Workload::ready_pods() const {
  return target ? static_cast<int>(std::count_if(target->pods.begin(), target->pods.end(), is_ready)) : 0;
}

Cycle begin_cycle(ports::Cluster& cluster, WorkloadStates& states, WallTime now, bool adopt, const Settings& settings,
                  ports::CrashJournal* journal) {
  Cycle cycle;
  cycle.now = now;
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
    workload.unseen = unseen;
    cycle.workloads.push_back(std::move(workload));
  }
  bound_objects(cycle, settings);
  for (auto& workload : cycle.workloads) {
    workload.state = &states.of(workload.object, settings);
    if (adopt) workload.state->adopt(workload.object.status);
    if (workload.problem)
      workload.fail("observe", *workload.problem);
    else
      workload.state->follow(workload.object.spec, settings);
  }
  states.keep_only(uids);
  return cycle;
}

Cycle take_slow(Cycle& cycle) {
  Cycle slow;
  slow.now = cycle.now;
  slow.clock_off = cycle.clock_off;
  slow.stop = cycle.stop;
  auto& all = cycle.workloads;
  const auto first =
      std::stable_partition(all.begin(), all.end(), [](const Workload& one) { return !one.state->slow; });
  std::move(first, all.end(), std::back_inserter(slow.workloads));
  all.erase(first, all.end());
  return slow;
}

void observe(Cycle& cycle, ports::Cluster& cluster, ports::MetricsSource& metrics, const ports::Clock& clock,
             const Settings& settings, const Aids& aids) {
  const Millis begun = clock.steady();
  // Targets, answers and evidence have half a cycle together. A slow part must not starve later parts, so a quarter of
  // that time is kept for each later part. A part after one that outran its deadline still gets half a quarter.
  const auto left = [&](int later_parts) {
    const Millis quarter = settings.observation_deadline() / 4;
    return std::max((4 - later_parts) * quarter - (clock.steady() - begun), quarter / 2);
  };
  observe_targets(cycle, cluster, left(2), settings);
  stand_back(cycle);
  DemandBatch batch(cycle, settings, metrics, aids);
  batch.ask(left);
  batch.answer(cycle);
  for (auto& workload : cycle.workloads)
    workload.state->slow = std::any_of(workload.errors.begin(), workload.errors.end(),
                                       [](const auto& error) { return error.kind == ErrorKind::Timeout; });
}

}  // namespace aia::loop
