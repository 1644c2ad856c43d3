// Starts measured from the API server's own timestamps: of a pod, from its creation to its first Ready; of a node, from
// being asked for to being Ready with its GPUs; each once (rule 3). Measured is what was seen before it was
// Ready, or appeared after the look before. Anything else may have been Ready before: of the first look it is kept
// apart, as observed, until starts are measured; later it was missing from a list, and counts for nothing. Nor does a
// pod whose containers restarted or that lost its Ready: its next Ready is not the first.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/plan/lead_time.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

/// One that starts or has started.
struct Start {
  std::string uid;
  WallTime began{};
  WallTime appeared{};            ///< when it could be seen first; of a node now, NodeAsks knows which it saw
  std::optional<WallTime> ready;  ///< unset: not Ready now
  bool starting = false;          ///< on its way to its first, or next, Ready
  bool first = true;              ///< false: it was Ready before, `ready` measures nothing
};

/// `from_node`: from being bound to a node, for workloads whose nodes' lead is measured apart; those that wait for one
/// have not begun.
std::vector<Start> starts_of(const std::vector<ports::Pod>& pods, bool from_node);

class LeadSamples {
 public:
  /// `remembered`: what status held before a restart, newest last.
  explicit LeadSamples(std::vector<Millis> remembered) : samples_(std::move(remembered)) {}

  /// One look, at all that there are; not where they cannot be seen.
  void observe(const std::vector<Start>& starts, WallTime now);

  /// What another one measured and stored: it saw the same starts, and earlier ones.
  void adopt(std::vector<Millis> samples) { samples_ = std::move(samples); }

  /// Measured starts, newest last, at most api::kMaxLeadSamples.
  [[nodiscard]] const std::vector<Millis>& samples() const { return samples_; }

  /// The lead time to plan with: measured starts, and those that take longer and still start. One that takes longer
  /// than 2 × P90 is stuck (the planner says so) and tells nothing about the others.
  [[nodiscard]] plan::LeadTime lead(const std::vector<Start>& starts, WallTime now,
                                    const std::optional<Millis>& configured,
                                    const plan::LeadTimeSettings& settings) const;

 private:
  /// A start that hung, in a rollout or for want of room, and came up in the end counts as twice the P90, and never as
  /// more than api::kLongestLead: a few of them move no horizon by hours, and starts that really take longer now are
  /// followed in a few steps.
  [[nodiscard]] Millis longest_believed() const;

  std::vector<Millis> samples_;
  std::vector<Millis> observed_;         // of those that were Ready at the first look
  std::set<std::string> were_ready_;     // uids of those there are
  std::set<std::string> were_starting_;  // likewise
  std::optional<WallTime> looked_;
  bool saw_any_ = false;
};

/// True for a pod on its way to its first, or next, Ready.
bool is_starting(const ports::Pod& pod);

/// True for a pod that serves.
bool is_ready(const ports::Pod& pod);

}  // namespace aia::loop
