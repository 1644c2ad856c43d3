// A measured lead time as the statuses of AIAutoscalers and AcceleratorPools keep it.
#pragma once

#include <nlohmann/json.hpp>

#include "controller/api/autoscaler.h"
#include "controller/api/field.h"

namespace aia::api {

/// A sample that is no duration is left out: as a zero it would make every lead time too short.
LeadTimeStatus lead_time_from(const Field& field);

/// The newest samples, at most kMaxLeadSamples.
nlohmann::json lead_time_to_json(const LeadTimeStatus& lead);

}  // namespace aia::api
