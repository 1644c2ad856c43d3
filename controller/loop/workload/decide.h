// Step 3 of a cycle: decides replicas. The planner (plan/plan.h) gets observations, forecasts and past recommendations,
// because stabilisation looks at all recommendations within a window.
#pragma once

#include "controller/loop/workload/workload.h"

namespace aia::loop {

void decide(const Cycle& cycle, Workloads workloads, const Settings& settings);

}  // namespace aia::loop
