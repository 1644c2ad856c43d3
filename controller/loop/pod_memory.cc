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

void PodMemory::observe(const std::vector<ports::Pod>& pods, WallTime now) {
  std::set<std::string> ready;
  std::map<std::string, int> losses;
  std::map<std::string, WallTime> lost;
  for (const auto& pod : pods) {
    if (pod.ready_since || were_ready_.contains(pod.uid)) ready.insert(pod.uid);
    if (const auto before = losses_.find(pod.uid); before != losses_.end()) losses.insert(*before);
    if (!is_starting(pod) || (!pod.lost_since && !were_ready_.contains(pod.uid))) continue;
    const auto before = lost_.find(pod.uid);
    if (before == lost_.end()) ++losses[pod.uid];
    lost[pod.uid] = pod.lost_since.value_or(before != lost_.end() ? before->second : now);
  }
  were_ready_ = std::move(ready);
  losses_ = std::move(losses);
  lost_ = std::move(lost);
}

bool PodMemory::is_lost_again(const std::string& uid) const {
  const auto found = losses_.find(uid);
  return found != losses_.end() && found->second > 1 && lost_.contains(uid);
}

std::optional<WallTime> PodMemory::lost_since(const ports::Pod& pod) const {
  const auto found = lost_.find(pod.uid);
  if (found == lost_.end()) return std::nullopt;
  return found->second;
}

void PodMemory::shift(Millis by) {
  for (auto& [uid, since] : lost_) since += by;
}

void RolloutMemory::observe(const std::string& words, WallTime now) {
  if (words == words_) return;
  words_ = words;
  since_ = now;
}

bool RolloutMemory::is_stalled(Millis deadline, WallTime now) const {
  return !words_.empty() && now - since_ >= deadline;
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
