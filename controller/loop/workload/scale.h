// Step 4, act: writes replicas, scale-outs first, for at most half a cycle (turns.h). Objects whose turn comes too late
// are written in the next cycle, in which they come first.
#pragma once

#include "controller/loop/workload/workload.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// The writes that a decision asks for: none in a mode other than Auto, and beside another owner only a return to
/// minReplicas.
std::vector<Write> writes_of(const Workload& workload);

/// Sends Workload::writes of all workloads.
void scale(Cycle& cycle, Workloads workloads, ports::Cluster& cluster, const ports::Clock& clock,
           const Settings& settings);

}  // namespace aia::loop
