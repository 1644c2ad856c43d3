// Lead time: from pod creation to first Ready, measured per workload, P90 of the newest starts; a default until enough
// pods were seen (design rule 3). Only the first Ready of a pod counts; pods still starting are censored samples and
// only ever raise the figure. Data age is added by the planner, per demand.
#pragma once

#include <optional>
#include <vector>

#include "controller/api/autoscaler.h"

namespace aia::plan {

struct LeadTime {
  Millis p90{0};
  api::LeadTimeSource source = api::LeadTimeSource::Default;
  int samples = 0;
};

struct LeadTimeSettings {
  Millis fallback{std::chrono::minutes(10)};  ///< until `min_samples` starts were seen
  int min_samples = 3;
};

/// The lead time to plan with. `measured`: newest last, any number; `configured` overrides.
LeadTime lead_time(const std::vector<Millis>& measured, const std::optional<Millis>& configured,
                   const LeadTimeSettings& settings);

}  // namespace aia::plan
