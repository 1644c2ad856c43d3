// The status of an AIAutoscaler after this cycle, and whether it differs in substance from the written status. Numbers
// inside messages change every cycle, and alone are not worth a write each.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

api::AutoscalerStatus status_of(const Workload& workload, WallTime now);

/// True when more changed than reasons, messages and the P90 of the lead time, which are written once per grid step.
bool differs_in_substance(const api::AutoscalerStatus& a, const api::AutoscalerStatus& b);

/// The number of the grid step containing `now`, shifted by a hash of the object's name, so that writes of many objects
/// spread over the step.
std::int64_t write_slot(WallTime now, Millis step, const std::string& name);

}  // namespace aia::loop
