// Step 3: what should be. Puts what was observed and forecast before the planner, and keeps the recommendations that it
// stabilises on.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

void decide(Cycle& cycle, const Settings& settings);

}  // namespace aia::loop
