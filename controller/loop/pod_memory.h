// What was seen of a target's pods before: which of them were Ready, and since when those that are not any more were
// lost. The API shows as much for most pods (ports::Pod::lost_since); what a controller saw itself fills in the rest,
// so that a pod that served is never taken for a start that hangs; as much is kept as there are pods. And of the target
// itself: how long its rollout has stood still, and whether it starts its pods in order. Rule 6.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/ports/cluster.h"

namespace aia::loop {

class PodMemory {
 public:
  /// One look a cycle at all pods of a target that asks for so many replicas; pods that are gone are forgotten.
  void observe(const std::vector<ports::Pod>& pods, int spec_replicas, WallTime now);

  /// Since when a pod that was Ready is not; unset: it is Ready, on its way out, or never was.
  [[nodiscard]] std::optional<WallTime> lost_since(const ports::Pod& pod) const;

  /// It was lost at some time, so that its Ready of now is not its first.
  [[nodiscard]] bool was_lost(const std::string& uid) const { return losses_.contains(uid); }

  /// It was lost more than once.
  [[nodiscard]] bool is_unsteady(const std::string& uid) const;

  /// Most pods that were lost at once, and not for the first time, since `since`: whether they serve just now or not,
  /// their share is to be made up for.
  [[nodiscard]] int unsteady_since(WallTime since) const;

  /// Replicas that served, or others in their place, and do not serve now.
  [[nodiscard]] int missing() const { return missing_; }

  /// Since when its replica has been starting: a pod that goes before it was ever Ready, and another one in its place,
  /// are the same start.
  [[nodiscard]] WallTime start_of(const ports::Pod& pod) const;

  /// True while any pod is lost.
  [[nodiscard]] bool any_lost() const { return !lost_.empty(); }

  /// Time was counted wrongly by so much; what the API stamped is as it says at the next look.
  void shift(Millis by);

 private:
  void follow_starts(const std::vector<ports::Pod>& pods, int spec_replicas);

  std::set<std::string> were_ready_;              // uids
  std::map<std::string, int> losses_;             // by uid: how often it was lost
  std::map<std::string, WallTime> lost_;          // by uid: since when
  std::map<std::string, WallTime> starts_;        // by uid: since when its replica has been starting
  std::vector<WallTime> gone_;                    // likewise of those that went, until others stand in their place
  std::deque<std::pair<WallTime, int>> at_once_;  // unsteady pods that were lost, fewer later
  int spec_replicas_ = 0, best_ready_ = 0, missing_ = 0;
};

/// How long a rollout has made no progress. Its words carry its counts: words that it did not have before are progress.
class RolloutMemory {
 public:
  /// `pod_template`: of another version another rollout begins.
  void observe(const std::string& words, std::size_t pod_template, WallTime now);
  /// True: for so long that nothing is to be expected of it.
  [[nodiscard]] bool is_stalled(Millis deadline, WallTime now) const;
  void shift(Millis by) { since_ += by; }

 private:
  std::size_t pod_template_ = 0;
  std::set<std::string> seen_;  // words, as many as a rollout has replicas and old versions
  WallTime since_{};
};

/// True when the newest pods were each created as the one before became Ready, whatever their kind says. Five pods at
/// least: fewer may have come one by one as demand grew.
bool are_started_in_order(const std::vector<ports::Pod>& pods);

}  // namespace aia::loop
