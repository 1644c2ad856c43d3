// AcceleratorPool from JSON, and its status from and to JSON. Only these functions and the CRD know the JSON names.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "controller/api/accelerator_pool.h"

namespace aia::api {

/// The object with a validated spec. Errors: Invalid, with the field's path and the correction. Parts of the status
/// that do not decode keep their defaults, because a status is ours to write again.
Result<AcceleratorPool> accelerator_pool_from_json(const nlohmann::json& object);

/// The status alone, also of an object whose spec does not decode.
AcceleratorPoolStatus pool_status_from_json(const nlohmann::json& object);
nlohmann::json pool_status_to_json(const AcceleratorPoolStatus& status);

}  // namespace aia::api
