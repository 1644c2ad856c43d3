// AcceleratorPool from and to JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "controller/api/accelerator_pool.h"

namespace aia::api {

/// Errors: Invalid, with the field's path and what to do. A status that does not read is as none.
Result<AcceleratorPool> accelerator_pool_from_json(const nlohmann::json& object);

/// The status alone, of an object whose spec may not decode.
AcceleratorPoolStatus pool_status_from_json(const nlohmann::json& object);
nlohmann::json pool_status_to_json(const AcceleratorPoolStatus& status);

}  // namespace aia::api
