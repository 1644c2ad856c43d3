// Step 2, forecast: measures the lead time, feeds the new grid points, and hands each demand entry its fan. A demand
// entry without a fan gets the reason in words; then only the reactive rule counts for the entry.
#pragma once

#include "controller/loop/cycle/optional_ports.h"
#include "controller/loop/workload/workload.h"

namespace aia::loop {

/// Runs the forecast step. `optional` holds the background for refits and the store for checkpoints; both may be
/// missing.
void forecast(Cycle& cycle, Workloads workloads, const Settings& settings, const OptionalPorts& optional_ports);

}  // namespace aia::loop
