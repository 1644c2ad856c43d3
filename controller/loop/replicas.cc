// Sorting pods into replicas; see replicas.h.
#include "controller/loop/replicas.h"

#include <algorithm>

#include "controller/loop/lead_samples.h"

namespace aia::loop {
namespace {

constexpr std::size_t kNamed = 3;  // of lost pods, in words

Millis age_of(WallTime since, WallTime now) {
  return std::max(Millis(0), now - since);
}

/// A pod that found no node within a cycle waits for room. With a node pool the lead of a pod begins when it is bound.
void add_start(plan::ReplicaInput& replicas, const ports::Pod& pod, bool pooled, WallTime now, Millis cycle) {
  const Millis age = age_of(pod.created, now);
  if (pod.restarted)
    replicas.failing_ages.push_back(age);
  else if (pod.node.empty() && age >= cycle)
    replicas.waiting_ages.push_back(age);
  else if (!pooled)
    replicas.starting_ages.push_back(age);
  else
    replicas.starting_ages.push_back(pod.node.empty() ? Millis(0) : age_of(pod.bound_since.value_or(pod.created), now));
}

std::string in_words(const std::vector<std::string>& names) {
  std::string words;
  for (std::size_t i = 0; i < std::min(kNamed, names.size()); ++i) words += (i == 0 ? "" : ", ") + names[i];
  return names.size() <= kNamed ? words : words + " and " + std::to_string(names.size() - kNamed) + " more";
}

}  // namespace

plan::ReplicaInput replicas_of(const ports::Target& target, const WorkloadState& state, Millis lead, WallTime now,
                               const Settings& settings) {
  plan::ReplicaInput replicas;
  replicas.spec = target.spec_replicas;
  if (!state.rollout.is_stalled(target.progress_deadline, now)) replicas.rollout = target.rollout;
  replicas.unseen = target.pods_unseen;
  if (!replicas.unseen.empty()) {
    // A scale that counts no replica at all, while it asks for some, tells no more than what it asks for.
    replicas.ready =
        target.status_replicas > 0 ? std::min(target.spec_replicas, target.status_replicas) : target.spec_replicas;
    return replicas;
  }
  replicas.ordered = target.ordered || are_started_in_order(target.pods);
  std::vector<std::string> lost;
  for (const auto& pod : target.pods) {
    const auto lost_since = state.pods.lost_since(pod);
    if (is_ready(pod)) {
      ++replicas.ready;
      const bool is_first = !pod.restarted && !state.pods.was_lost(pod.uid);
      if (is_first && age_of(*pod.ready_since, now) <= 2 * lead) ++replicas.came_up;
    } else if (lost_since) {
      const Millis age = age_of(*lost_since, now);
      replicas.lost_ages.push_back(state.pods.is_lost_again(pod.uid) ? std::max(age, lead) : age);
      lost.push_back(pod.name);
    } else if (is_starting(pod)) {
      add_start(replicas, pod, state.pooled.value_or(false), now, settings.cycle);
    }
  }
  std::sort(lost.begin(), lost.end());
  replicas.lost_names = in_words(lost);
  return replicas;
}

}  // namespace aia::loop
