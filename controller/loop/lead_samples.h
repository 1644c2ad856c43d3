// Starts measured from the API server's own timestamps: pod creation to first Ready, once per pod (design rule 3). A
// pod that was already Ready when it was first seen may have been Ready before and is not counted, nor is one whose
// containers restarted: their Ready is not the first.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/plan/lead_time.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

class LeadSamples {
 public:
  /// `remembered`: what status held before a restart, newest last.
  explicit LeadSamples(std::vector<Millis> remembered) : samples_(std::move(remembered)) {}

  void observe(const std::vector<ports::Pod>& pods);

  /// What another one measured and stored: it saw the same starts, and earlier ones.
  void adopt(std::vector<Millis> samples) { samples_ = std::move(samples); }

  /// Measured starts, newest last, at most api::kMaxLeadSamples.
  [[nodiscard]] const std::vector<Millis>& samples() const { return samples_; }

  /// The lead time to plan with: measured starts, and pods that take longer than those and still start. One that takes
  /// longer than 2 × P90 is stuck (the planner says so) and tells nothing about the others.
  [[nodiscard]] plan::LeadTime lead(const std::vector<ports::Pod>& pods, WallTime now,
                                    const std::optional<Millis>& configured,
                                    const plan::LeadTimeSettings& settings) const;

 private:
  std::vector<Millis> samples_;
  std::set<std::string> were_ready_;  // uids of the pods there are
  bool first_look_ = true;
};

/// True for a pod on its way to its first, or next, Ready.
bool is_starting(const ports::Pod& pod);

/// True for a pod that serves.
bool is_ready(const ports::Pod& pod);

}  // namespace aia::loop
