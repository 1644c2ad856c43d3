// Brings each workload's memory of demand in line with its spec, before anything is asked: a new demand entry restores
// its checkpoint, a changed query starts anew, a removed entry is forgotten.
#pragma once

#include "controller/loop/cycle/optional_ports.h"
#include "controller/loop/workload/workload.h"

namespace aia::loop {

void follow_specs(const Cycle& cycle, Workloads workloads, const Settings& settings,
                  const OptionalPorts& optional_ports);

}  // namespace aia::loop
