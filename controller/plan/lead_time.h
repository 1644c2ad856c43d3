// Lead time of a workload: from pod creation to first Ready, as the P90 of its newest starts. Until enough starts are
// measured, pods from before the controller's start stand in; without such pods a default does (rule 3). Only the first
// Ready of a pod counts. Pods that still start are censored samples and can only raise the lead time. The planner adds
// the data age, per demand entry.
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

  /// How far ahead demand must be forecast: a replica started now serves after the lead time, and the newest known
  /// demand is as old as its data.
  [[nodiscard]] Millis horizon(Millis data_age) const { return p90 + data_age; }
};

struct LeadTimeSettings {
  Millis fallback{std::chrono::minutes(10)};  ///< until `min_samples` starts were measured
  int min_samples = 3;
};

/// The lead time to plan with. `measured`: newest last, any number; `configured` overrides. `observed`: creation to
/// Ready of pods whose starts were not seen. A pod that lost Ready in between shows far too long a time, so observed
/// times above three times their median, or above api::kLongestLead, are left out. Measured lead times lie between
/// kShortestLead (with a lead of 0 no start would ever be late) and api::kLongestLead.
LeadTime lead_time(const std::vector<Millis>& measured, const std::vector<Millis>& observed,
                   const std::optional<Millis>& configured, const LeadTimeSettings& settings);

}  // namespace aia::plan
