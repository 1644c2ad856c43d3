// What was seen of a target's pods before: which of them were Ready, and since when those that are not any more were
// lost. The API shows as much for most pods (ports::Pod::lost_since); what a controller saw itself fills in the rest,
// so that a pod that served is never taken for a start that hangs. Bounded by the pods that there are. And what their
// history shows of the target: how long its rollout has stood still, and whether it starts them in order. Design
// rule 6.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/ports/cluster.h"

namespace aia::loop {

class PodMemory {
 public:
  /// One look a cycle; pods that are gone are forgotten.
  void observe(const std::vector<ports::Pod>& pods, WallTime now);

  /// Since when a pod that was Ready is not; unset: it is Ready, on its way out, or never was.
  [[nodiscard]] std::optional<WallTime> lost_since(const ports::Pod& pod) const;

  /// It was lost at some time, so that its Ready of now is not its first.
  [[nodiscard]] bool was_lost(const std::string& uid) const { return losses_.contains(uid); }

  /// It was lost, came back and was lost again: it is not to be waited for.
  [[nodiscard]] bool is_lost_again(const std::string& uid) const;

  /// True while any pod is lost.
  [[nodiscard]] bool any_lost() const { return !lost_.empty(); }

  /// Time was counted wrongly by so much; what the API stamped is as it says at the next look.
  void shift(Millis by);

 private:
  std::set<std::string> were_ready_;      // uids
  std::map<std::string, int> losses_;     // by uid: how often it was lost
  std::map<std::string, WallTime> lost_;  // by uid: since when
};

/// How long a rollout has made no progress. Its words carry its counts: any change of them counts as progress, as it
/// does in Kubernetes.
class RolloutMemory {
 public:
  void observe(const std::string& words, WallTime now);
  /// True: for so long that nothing is to be expected of it.
  [[nodiscard]] bool is_stalled(Millis deadline, WallTime now) const;
  void shift(Millis by) { since_ += by; }

 private:
  std::string words_;
  WallTime since_{};
};

/// True when the newest pods were each created as the one before became Ready, whatever their kind says. Five pods at
/// least: fewer may have come one by one as demand grew.
bool are_started_in_order(const std::vector<ports::Pod>& pods);

}  // namespace aia::loop
