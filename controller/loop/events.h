// Events: what an operator reads with `kubectl describe`. One when we scaled, with the reasons, and one when trouble
// begins; none while it lasts.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

/// The Events of this cycle: `next` is the status as this cycle leaves it, Workload::state still holds the one before.
std::vector<ports::Event> events_of(const Workload& workload, const api::AutoscalerStatus& next);

}  // namespace aia::loop
