// AIAutoscaler from JSON, its status from and to JSON. Absent fields get the struct's defaults, which equal the CRD's,
// so an object decodes alike whether or not an API server filled it in.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "controller/api/autoscaler.h"

namespace aia::api {

/// The object, its spec validated. Errors: Invalid, with the field's path and what to write. A status that does not
/// decode is read as far as it does: it is ours to write again, and must not stop a workload.
Result<Autoscaler> autoscaler_from_json(const nlohmann::json& object);

/// The status alone, also of an object whose spec does not decode: what was measured outlives other people's mistakes.
/// Parts that do not decode are left out.
AutoscalerStatus status_from_json(const nlohmann::json& object);

nlohmann::json status_to_json(const AutoscalerStatus& status);

}  // namespace aia::api
