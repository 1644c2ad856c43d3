// Each look rebuilds its maps from the pods of this look, so that no pod leaves traces after its end. Pods have no link
// to the pod they replace. So a new pod inherits the oldest start among the pods that went, as long as the target asks
// for no fewer replicas.
#include "controller/loop/workload/pod_memory.h"

#include <algorithm>
#include <functional>

#include "controller/loop/workload/lead_samples.h"

namespace aia::loop {
namespace {

constexpr std::size_t kPodsInOrder = 5, kMostAtOnce = 100;
constexpr Millis kWholeSecond{1000};                     // resolution of the API's timestamps
constexpr Millis kNextAtOnce{std::chrono::seconds(30)};  // at most, from a pod's Ready to the creation of the next pod

}  // namespace

void PodMemory::observe(const std::vector<ports::Pod>& pods, int spec_replicas, WallTime now) {
  std::set<std::string> were_ready;
  std::map<std::string, int> losses;
  std::map<std::string, WallTime> lost;
  int ready = 0, unsteady = 0;
  for (const auto& pod : pods) {
    ready += is_ready(pod) ? 1 : 0;
    if (pod.ready_since || were_ready_.contains(pod.uid)) were_ready.insert(pod.uid);
    if (const auto before = losses_.find(pod.uid); before != losses_.end()) losses.insert(*before);
    if (!is_starting(pod) || (!pod.lost_since && !were_ready_.contains(pod.uid))) continue;
    const auto before = lost_.find(pod.uid);
    if (before == lost_.end()) ++losses[pod.uid];
    unsteady += losses[pod.uid] > 1 ? 1 : 0;
    lost[pod.uid] = pod.lost_since.value_or(before != lost_.end() ? before->second : now);
  }
  follow_starts(pods, spec_replicas);
  were_ready_ = std::move(were_ready);
  losses_ = std::move(losses);
  lost_ = std::move(lost);
  note_unsteady(unsteady, now);
  spec_replicas_ = spec_replicas;
  best_ready_ = std::max(std::min(best_ready_, spec_replicas), std::min(ready, spec_replicas));
  missing_ = best_ready_ - std::min(ready, spec_replicas);
}

/// Notes how many pods are lost repeatedly now. Only a larger number than any later number is worth remembering.
void PodMemory::note_unsteady(int unsteady, WallTime now) {
  while (!at_once_.empty() && (at_once_.back().second <= unsteady || at_once_.size() > kMostAtOnce))
    at_once_.pop_back();
  if (unsteady > 0) at_once_.emplace_back(now, unsteady);
}

/// Follows starts across pods: a pod that goes although the target asks for no fewer replicas is replaced.
void PodMemory::follow_starts(const std::vector<ports::Pod>& pods, int spec_replicas) {
  std::map<std::string, WallTime> starts;
  std::vector<const ports::Pod*> fresh;
  for (const auto& pod : pods) {
    const auto before = starts_.find(pod.uid);
    const bool is_start = is_starting(pod) && !pod.lost_since && !were_ready_.contains(pod.uid);
    if (is_start && before == starts_.end()) fresh.push_back(&pod);
    if (is_start && before != starts_.end()) starts.insert(*before);
    if (is_start || pod.ready_since) starts_.erase(pod.uid);
  }
  if (spec_replicas < spec_replicas_) gone_.clear();
  for (const auto& [uid, since] : starts_)
    if (spec_replicas >= spec_replicas_) gone_.push_back(since);
  std::sort(gone_.begin(), gone_.end(), std::greater<>());  // the oldest last
  for (const auto* pod : fresh) starts[pod->uid] = std::min(take_oldest_gone().value_or(pod->created), pod->created);
  const auto there =
      std::count_if(pods.begin(), pods.end(), [](const ports::Pod& pod) { return !pod.finished && !pod.deleting; });
  const auto missing = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, spec_replicas - there));
  if (gone_.size() > missing) gone_.erase(gone_.begin(), gone_.end() - static_cast<std::ptrdiff_t>(missing));
  starts_ = std::move(starts);
}

/// The begin of the oldest start that nobody took over.
std::optional<WallTime> PodMemory::take_oldest_gone() {
  if (gone_.empty()) return std::nullopt;
  const WallTime oldest = gone_.back();
  gone_.pop_back();
  return oldest;
}

WallTime PodMemory::start_of(const ports::Pod& pod) const {
  const auto found = starts_.find(pod.uid);
  return found == starts_.end() ? pod.created : found->second;
}

bool PodMemory::is_unsteady(const std::string& uid) const {
  const auto found = losses_.find(uid);
  return found != losses_.end() && found->second > 1;
}

int PodMemory::unsteady_since(WallTime since) const {
  int most = 0;
  for (const auto& [at, count] : at_once_) most = at >= since ? std::max(most, count) : most;
  return most;
}

std::optional<WallTime> PodMemory::lost_since(const ports::Pod& pod) const {
  const auto found = lost_.find(pod.uid);
  if (found == lost_.end()) return std::nullopt;
  return found->second;
}

void PodMemory::shift(Millis by) {
  for (auto& [uid, since] : lost_) since += by;
  for (auto& [at, count] : at_once_) at += by;
}

void RolloutMemory::observe(const std::string& words, std::size_t pod_template, WallTime now) {
  if (pod_template != pod_template_) seen_.clear();
  pod_template_ = pod_template;
  if (words.empty()) return seen_.clear();
  if (seen_.insert(words).second) since_ = now;
}

bool RolloutMemory::is_stalled(Millis deadline, WallTime now) const {
  return !seen_.empty() && now - since_ >= deadline;
}

bool are_started_in_order(const std::vector<ports::Pod>& pods) {
  std::vector<const ports::Pod*> newest;
  for (const auto& pod : pods) {
    if (!pod.finished && !pod.deleting) newest.push_back(&pod);
  }
  if (newest.size() < kPodsInOrder) return false;
  std::sort(newest.begin(), newest.end(), [](const auto* a, const auto* b) { return a->created > b->created; });
  newest.resize(kPodsInOrder);
  for (std::size_t i = 1; i < newest.size(); ++i) {
    const auto &next = *newest[i - 1], &before = *newest[i];
    if (!before.ready_since || before.restarted) return false;
    const Millis gap = next.created - *before.ready_since;
    if (gap < -kWholeSecond || gap > kNextAtOnce) return false;
  }
  return true;
}

}  // namespace aia::loop
