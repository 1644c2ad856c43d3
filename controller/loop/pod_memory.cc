// See pod_memory.h.
#include "controller/loop/pod_memory.h"

#include <algorithm>

#include "controller/loop/lead_samples.h"

namespace aia::loop {
namespace {

constexpr std::size_t kPodsInOrder = 5;
constexpr Millis kWholeSecond{1000};                     // the API's timestamps
constexpr Millis kNextAtOnce{std::chrono::seconds(30)};  // from one pod's Ready to the creation of the next

}  // namespace

void PodMemory::observe(const std::vector<ports::Pod>& pods, int spec_replicas, WallTime now) {
  std::set<std::string> were_ready;
  std::map<std::string, Losses> losses;
  std::map<std::string, WallTime> lost;
  int ready = 0;
  for (const auto& pod : pods) {
    ready += is_ready(pod) ? 1 : 0;
    if (pod.ready_since || were_ready_.contains(pod.uid)) were_ready.insert(pod.uid);
    if (const auto before = losses_.find(pod.uid); before != losses_.end()) losses.insert(*before);
    if (!is_starting(pod) || (!pod.lost_since && !were_ready_.contains(pod.uid))) continue;
    const auto before = lost_.find(pod.uid);
    auto& of_pod = losses[pod.uid];
    of_pod = {of_pod.count + (before == lost_.end() ? 1 : 0), now};
    lost[pod.uid] = pod.lost_since.value_or(before != lost_.end() ? before->second : now);
  }
  count_failed_starts(pods, spec_replicas);
  were_ready_ = std::move(were_ready);
  losses_ = std::move(losses);
  lost_ = std::move(lost);
  spec_replicas_ = spec_replicas;
  best_ready_ = std::max(std::min(best_ready_, spec_replicas), std::min(ready, spec_replicas));
  missing_ = best_ready_ - std::min(ready, spec_replicas);
}

/// A start that went although no fewer replicas are asked for than before has failed.
void PodMemory::count_failed_starts(const std::vector<ports::Pod>& pods, int spec_replicas) {
  std::map<std::string, WallTime> starts;
  bool came_up = false;
  for (const auto& pod : pods) {
    const bool is_start = is_starting(pod) && !pod.lost_since && !were_ready_.contains(pod.uid);
    if (is_start) starts[pod.uid] = pod.created;
    const auto before = starts_.find(pod.uid);
    if (before == starts_.end()) continue;
    came_up = came_up || pod.ready_since;
    starts_.erase(before);
  }
  for (const auto& [uid, created] : starts_) {  // those that went
    if (spec_replicas < spec_replicas_) break;
    ++failed_;
    first_failed_ = std::min(first_failed_.value_or(created), created);
  }
  if (came_up || starts.empty()) failed_ = 0, first_failed_.reset();
  starts_ = std::move(starts);
}

std::optional<WallTime> PodMemory::failing_since() const {
  return failed_ >= starts_.size() ? first_failed_ : std::nullopt;
}

bool PodMemory::is_unsteady(const std::string& uid, Millis quiet, WallTime now) const {
  const auto found = losses_.find(uid);
  return found != losses_.end() && found->second.count > 1 && now - found->second.last < quiet;
}

std::optional<WallTime> PodMemory::lost_since(const ports::Pod& pod) const {
  const auto found = lost_.find(pod.uid);
  if (found == lost_.end()) return std::nullopt;
  return found->second;
}

void PodMemory::shift(Millis by) {
  for (auto& [uid, since] : lost_) since += by;
  for (auto& [uid, losses] : losses_) losses.last += by;
}

void RolloutMemory::observe(const std::string& words, WallTime now) {
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
