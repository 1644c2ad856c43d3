// The status of an AIAutoscaler as this cycle leaves it, and whether it differs from the written one in a way that
// somebody waits for. Numbers inside sentences change at every cycle; they alone are not worth a write each.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

api::AutoscalerStatus status_of(const Workload& workload, WallTime now);

/// True when more changed than sentences and the lead time's figures: those are written once per grid step.
bool differs_in_substance(const api::AutoscalerStatus& a, const api::AutoscalerStatus& b);

/// The grid step that `now` falls into, shifted by the object's name, so that writes are spread over the step.
std::int64_t write_slot(WallTime now, Millis step, const std::string& name);

}  // namespace aia::loop
