// Starts of pods and nodes, measured once each by the API server's own timestamps (rule 3). A pod's start runs from its
// creation to its first Ready, a node's start from its request to Ready with its GPUs. A start is measured if we saw
// the pod or node before it was Ready, or if it appeared after the previous look. Any other pod may have been Ready
// before. If the first look finds such a pod, its start is kept apart as observed, until starts are measured. In a
// later look the pod had been missing from a list, and its start does not count. A pod whose containers restarted or
// that was lost does not count either, because its next Ready is not its first.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/plan/lead_time.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

/// The start of a pod, a node or a node request, finished or under way.
struct Start {
  std::string uid;
  WallTime began{};
  WallTime appeared{};  ///< when the pod could first be seen; for a node: now, because NodeAsks knows its nodes
  std::optional<WallTime> ready;  ///< unset: not Ready now
  bool starting = false;          ///< on the way to the first, or next, Ready
  bool first = true;              ///< false: was Ready before, so `ready` measures nothing
};

/// Returns the starts of `pods`. `from_node`: starts begin when the pod is bound to a node, for workloads whose node
/// lead is measured apart; pods that wait for a node have no start yet.
std::vector<Start> starts_of(const std::vector<ports::Pod>& pods, bool from_node);

class LeadSamples {
 public:
  /// `remembered`: samples in the status before a restart, newest last.
  explicit LeadSamples(std::vector<Millis> remembered) : samples_(std::move(remembered)) {}

  /// Takes one look at all `starts` there are. Not to be called while pods or nodes cannot be seen.
  void observe(const std::vector<Start>& starts, WallTime now);

  /// Takes over the samples that another controller measured and stored: that controller saw the same starts, and
  /// earlier starts.
  void adopt(std::vector<Millis> samples) { samples_ = std::move(samples); }

  /// Measured starts, newest last, at most api::kMaxLeadSamples.
  [[nodiscard]] const std::vector<Millis>& samples() const { return samples_; }

  /// Returns the lead time to plan with, from measured starts and from starts under way that already take longer than
  /// the P90. A start longer than 2 × P90 is stuck: the planner reports the start, and the lead time ignores it.
  [[nodiscard]] plan::LeadTime lead(const std::vector<Start>& starts, WallTime now,
                                    const std::optional<Millis>& configured,
                                    const plan::LeadTimeSettings& settings) const;

 private:
  /// The longest duration that a finished start counts with: twice the P90, and at most api::kLongestLead. A start may
  /// hang in a rollout or for want of room and be Ready in the end. With this limit a few such starts do not move the
  /// horizon by hours, and starts that really take longer now are followed in a few steps.
  [[nodiscard]] Millis longest_believed() const;

  std::vector<Millis> samples_;
  std::vector<Millis> observed_;         // starts of pods that were Ready at the first look
  std::set<std::string> were_ready_;     // uids of pods or nodes that exist and were Ready
  std::set<std::string> were_starting_;  // uids of pods or nodes that were starting at the last look
  std::optional<WallTime> looked_;
  bool saw_any_ = false;
};

}  // namespace aia::loop
