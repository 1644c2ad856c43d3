// Step 3 of a cycle: decides replicas. The planner (plan/plan.h) gets observations, forecasts and past recommendations,
// because stabilisation looks at all recommendations within a window.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

void decide(Cycle& cycle, const Settings& settings);

}  // namespace aia::loop
