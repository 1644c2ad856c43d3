// The status of an AIAutoscaler after this cycle. The new status starts as a copy of the last one, so that values
// unknown in this cycle stay as they were.
#pragma once

#include "controller/loop/workload/workload.h"

namespace aia::loop {

api::AutoscalerStatus status_of(const Workload& workload, WallTime now);

}  // namespace aia::loop
