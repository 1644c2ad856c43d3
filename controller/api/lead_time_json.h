// A measured lead time, as the statuses of AIAutoscalers and AcceleratorPools store it in JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "controller/api/autoscaler.h"
#include "controller/api/field.h"

namespace aia::api {

/// Reads a lead time. A sample that is no duration is left out: as a zero the sample would make every lead time too
/// short.
LeadTimeStatus lead_time_from(const Field& field);

/// Writes a lead time with its newest samples, at most kMaxLeadSamples.
nlohmann::json lead_time_to_json(const LeadTimeStatus& lead);

}  // namespace aia::api
