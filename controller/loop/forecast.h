// Step 2: what will be. Feeds the grid points that came in, measures the lead time, and hands each demand entry its
// fan, or says why it has none; then the reactive rule stands alone.
#pragma once

#include "controller/loop/aids.h"
#include "controller/loop/cycle.h"

namespace aia::loop {

/// Refits run and states are kept with the help of `aids`.
void forecast(Cycle& cycle, const Settings& settings, const Aids& aids);

}  // namespace aia::loop
