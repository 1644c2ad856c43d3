// What was seen of a target's pods before: which pods were Ready, and since when pods that are no longer Ready have
// been lost. The API shows this for most pods (ports::Pod::lost_since). Our own memory covers the remaining ones, so
// that a lost pod is never taken for a start that hangs (rule 6). The memory grows only with the number of pods. Of the
// target itself it keeps how long a rollout has stood still, and whether pods start in order.
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
  /// Takes in one look per cycle at all pods of a target that asks for `spec_replicas` replicas. Pods that are gone are
  /// forgotten.
  void observe(const std::vector<ports::Pod>& pods, int spec_replicas, WallTime now);

  /// Since when the pod has been lost; unset: the pod is Ready, on its way out, or was never Ready.
  [[nodiscard]] std::optional<WallTime> lost_since(const ports::Pod& pod) const;

  /// True if the pod was lost at some time, so that its present Ready is not its first.
  [[nodiscard]] bool was_lost(const std::string& uid) const { return losses_.contains(uid); }

  /// True if the pod was lost more than once: then it is unsteady.
  [[nodiscard]] bool is_unsteady(const std::string& uid) const;

  /// The largest number of unsteady pods that were lost at the same time since `since`. The planner makes up for their
  /// share, whether or not they serve just now.
  [[nodiscard]] int unsteady_since(WallTime since) const;

  /// Replicas missing now from the most that were ever Ready at once, counted up to the replicas asked for.
  [[nodiscard]] int missing() const { return missing_; }

  /// Since when the pod's replica has been starting. A pod that went before it was ever Ready and the pod in its place
  /// are the same start.
  [[nodiscard]] WallTime start_of(const ports::Pod& pod) const;

  /// True while any pod is lost.
  [[nodiscard]] bool any_lost() const { return !lost_.empty(); }

  /// Moves our own times by `by`, after a jump of the wall clock (loop_clock.h). Times stamped by the API server are
  /// read anew at the next look.
  void shift(Millis by);

 private:
  void note_unsteady(int unsteady, WallTime now);
  std::optional<WallTime> take_oldest_gone();
  void follow_starts(const std::vector<ports::Pod>& pods, int spec_replicas);

  std::set<std::string> were_ready_;              // uids of pods that were ever Ready
  std::map<std::string, int> losses_;             // by uid: how often the pod was lost
  std::map<std::string, WallTime> lost_;          // by uid: since when the pod has been lost
  std::map<std::string, WallTime> starts_;        // by uid: since when the pod's replica has been starting
  std::vector<WallTime> gone_;                    // the same for pods that went, until other pods take their places
  std::deque<std::pair<WallTime, int>> at_once_;  // times and numbers of unsteady pods lost at once, numbers falling
  int spec_replicas_ = 0, best_ready_ = 0, missing_ = 0;
};

/// How long a rollout has made no progress. Its words contain its counts, so words that it did not have before are
/// progress.
class RolloutMemory {
 public:
  /// `words`: the rollout's state, empty when settled. `pod_template`: its hash; another hash means another rollout.
  void observe(const std::string& words, std::size_t pod_template, WallTime now);
  /// True if there was no progress for `deadline`, so that nothing more is expected of the rollout.
  [[nodiscard]] bool is_stalled(Millis deadline, WallTime now) const;
  void shift(Millis by) { since_ += by; }

 private:
  std::size_t pod_template_ = 0;
  std::set<std::string> seen_;  // words seen so far; at most as many as a rollout has replicas and old versions
  WallTime since_{};
};

/// True when each of the newest pods was created as the pod before became Ready, whatever the target's kind says. At
/// least five pods are needed: fewer may have come singly as demand grew.
bool are_started_in_order(const std::vector<ports::Pod>& pods);

}  // namespace aia::loop
