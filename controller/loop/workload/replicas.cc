// Sorts each pod into at most one group: Ready, lost, failing, waiting for room, or starting. Finished and deleted pods
// are in no group.
#include "controller/loop/workload/replicas.h"

#include <algorithm>

#include "controller/loop/workload/lead_samples.h"

namespace aia::loop {
namespace {

constexpr std::size_t kNamed = 3;                    // lost pods named in words
constexpr Millis kQuiet = std::chrono::minutes(30);  // an unsteady pod not lost for so long is steady again
constexpr std::int64_t kHighestRank = 1'000'000;

Millis age_of(WallTime since, WallTime now) {
  return std::max(Millis(0), now - since);
}

/// Adds a pod that was never Ready. A pod without a node for a whole cycle waits for room. With a node pool the lead
/// time of a pod begins when it is bound. If a pod was replaced before it was Ready, its start is as old as the first
/// pod's.
void add_start(plan::ReplicaInput& replicas, const ports::Pod& pod, const WorkloadState& state, WallTime now,
               Millis cycle) {
  const Millis age = age_of(pod.created, now);
  const bool pooled = state.pooled.value_or(false);
  const WallTime since = state.pods.start_of(pod);
  if (pod.restarted)
    replicas.failing_ages.push_back(age);
  else if (since < pod.created)
    replicas.starting_ages.push_back(age_of(since, now));
  else if (pod.node.empty() && age >= cycle)
    replicas.waiting_ages.push_back(age);
  else if (!pooled)
    replicas.starting_ages.push_back(age);
  else
    replicas.starting_ages.push_back(pod.node.empty() ? Millis(0) : age_of(pod.bound_since.value_or(pod.created), now));
}

/// Adds the rank that a pod's name ends in, counted from `first`.
void add_rank(plan::ReplicaInput& replicas, const std::string& name, std::int64_t first) {
  const auto at = name.find_last_not_of("0123456789") + 1;
  const auto digits = name.substr(std::min(at, name.size()));
  if (digits.empty() || digits.size() > 9) return;
  replicas.ready_ranks.push_back(
      static_cast<int>(std::clamp<std::int64_t>(std::stoll(digits) - first, 0, kHighestRank)));
}

std::string in_words(const std::vector<std::string>& names) {
  std::string words;
  for (std::size_t i = 0; i < std::min(kNamed, names.size()); ++i) words += (i == 0 ? "" : ", ") + names[i];
  return names.size() <= kNamed ? words : words + " and " + std::to_string(names.size() - kNamed) + " more";
}

/// Sorts the target's pods into `replicas`.
void add_pods(plan::ReplicaInput& replicas, const ports::Target& target, const WorkloadState& state, Millis lead,
              WallTime now, const Settings& settings) {
  std::vector<std::string> lost;
  for (const auto& pod : target.pods) {
    const auto lost_since = state.pods.lost_since(pod);
    if (is_ready(pod)) {
      ++replicas.ready;
      if (target.removal == ports::Removal::HighestRank) add_rank(replicas, pod.name, target.first_rank);
      const bool is_first = !pod.restarted && !state.pods.was_lost(pod.uid);
      if (is_first && age_of(*pod.ready_since, now) <= 2 * lead) ++replicas.came_up;
    } else if (lost_since) {
      const Millis age = age_of(*lost_since, now);
      replicas.lost_ages.push_back(state.pods.is_unsteady(pod.uid) ? std::max(age, lead) : age);
      lost.push_back(pod.name);
      replicas.unsteady -= state.pods.is_unsteady(pod.uid) ? 1 : 0;
    } else if (is_starting(pod)) {
      add_start(replicas, pod, state, now, settings.cycle);
    }
  }
  replicas.unsteady = std::max(0, replicas.unsteady);
  std::sort(replicas.ready_ranks.begin(), replicas.ready_ranks.end());
  std::sort(lost.begin(), lost.end());
  replicas.lost_names = in_words(lost);
}

}  // namespace

plan::ReplicaInput replicas_of(const ports::Target& target, const WorkloadState& state, Millis lead, WallTime now,
                               const Settings& settings) {
  plan::ReplicaInput replicas;
  replicas.spec = target.spec_replicas;
  replicas.rollout_stalled = state.rollout.is_stalled(target.progress_deadline, now);
  if (!replicas.rollout_stalled) replicas.rollout = target.rollout;
  replicas.unseen = target.pods_unseen;
  if (!replicas.unseen.empty()) {
    // A scale whose status counts no replica, although its spec asks for some, tells no more than its spec.
    replicas.ready =
        target.status_replicas > 0 ? std::min(target.spec_replicas, target.status_replicas) : target.spec_replicas;
    return replicas;
  }
  const bool by_replica_set = target.removal == ports::Removal::NotReadyFirst;
  replicas.ordered = target.ordered || (!by_replica_set && are_started_in_order(target.pods));
  replicas.missing = state.pods.missing();
  replicas.removal_unknown = target.removal == ports::Removal::Unknown;
  replicas.unsteady = state.pods.unsteady_since(now - std::max(kQuiet, 2 * lead));
  add_pods(replicas, target, state, lead, now, settings);
  return replicas;
}

int bound_pods(const ports::Target& target) {
  return static_cast<int>(std::count_if(target.pods.begin(), target.pods.end(), [](const ports::Pod& pod) {
    return !pod.node.empty() && !pod.finished && !pod.deleting;
  }));
}

}  // namespace aia::loop
