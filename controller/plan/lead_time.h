// Lead time: from pod creation to first Ready, measured per workload, P90 of the newest starts. Until enough starts
// were seen, what the pods that were there before show stands in, and where there are none, a default (rule 3).
// Only the first Ready of a pod counts; pods still starting are censored samples and only ever raise the figure. Data
// age is added by the planner, per demand.
#pragma once

#include <optional>
#include <vector>

#include "controller/api/autoscaler.h"

namespace aia::plan {

inline constexpr Millis kShortestLead = std::chrono::seconds(1);

struct LeadTime {
  Millis p90{0};
  api::LeadTimeSource source = api::LeadTimeSource::Default;
  int samples = 0;
};

struct LeadTimeSettings {
  Millis fallback{std::chrono::minutes(10)};  ///< until `min_samples` starts were seen
  int min_samples = 3;
};

/// The lead time to plan with. `measured`: newest last, any number; `configured` overrides. `observed`: from creation
/// to Ready of pods whose starts were not seen. A pod that lost Ready in between shows far too long a time, so what is
/// longer than three times the median, or than api::kLongestLead, is left out. What was measured lies between
/// kShortestLead (within a second of 0 a start would never be late) and api::kLongestLead.
LeadTime lead_time(const std::vector<Millis>& measured, const std::vector<Millis>& observed,
                   const std::optional<Millis>& configured, const LeadTimeSettings& settings);

}  // namespace aia::plan
