// Step 2, forecast: measures the lead time, feeds the new grid points, and hands each demand entry its fan. A demand
// entry without a fan gets the reason in words; then only the reactive rule counts for the entry.
#pragma once

#include "controller/loop/aids.h"
#include "controller/loop/cycle.h"

namespace aia::loop {

/// Runs the forecast step. `aids` holds the background for refits and the store for checkpoints; both may be missing.
void forecast(Cycle& cycle, const Settings& settings, const Aids& aids);

}  // namespace aia::loop
