// Step 5: report. Statuses, Events and Forecasts go to the cluster, each only if something is new. The
// objects go to the Reporter as values.
#pragma once

#include "controller/loop/workload/workload.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// Makes the status of each workload, and writes statuses, Events and Forecasts; a follower writes none. Writing takes
/// at most half a cycle; objects left over come first in the next cycle.
void report(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, const ports::Clock& clock,
            const Settings& settings, EventShares& shares);

/// The workloads for logs and metrics, beside the demand that was forecast for now.
std::vector<ports::ObjectReport> object_reports(Workloads workloads);

}  // namespace aia::loop
