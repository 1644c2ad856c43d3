// The rules that a spec must keep beyond its types: the bounds that its structs list (schema.h), and rules between
// fields. The CRDs' CEL rules check the same at the API server. The controller checks again, because a cluster may
// still have an older CRD, and because replay and tests read files.
#pragma once

#include "base/result.h"
#include "controller/api/accelerator_pool.h"
#include "controller/api/autoscaler.h"

namespace aia::api {

/// Errors: Invalid, for the first broken rule: the field's path and the correction.
Status validate(const AutoscalerSpec& spec);
Status validate(const AcceleratorPoolSpec& spec);

}  // namespace aia::api
