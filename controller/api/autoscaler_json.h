// AIAutoscaler from JSON, and its status from and to JSON. Absent fields get the struct's defaults, which equal the
// CRD's. So an object decodes the same whether or not an API server filled in its defaults.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "controller/api/autoscaler.h"

namespace aia::api {

/// The object with a validated spec. Errors: Invalid, with the field's path and the correction. Parts of the status
/// that do not decode keep their defaults: the status is ours to write again, and must not stop a workload.
Result<Autoscaler> autoscaler_from_json(const nlohmann::json& object);

/// The status alone, also of an object whose spec does not decode: measurements outlive a user's mistakes. Parts that
/// do not decode keep their defaults.
AutoscalerStatus status_from_json(const nlohmann::json& object);

nlohmann::json status_to_json(const AutoscalerStatus& status);

}  // namespace aia::api
