// Schedules the looks at the world whose results the checkers judge: probes at chosen moments, and a Moment of every
// service twice a minute.
#pragma once

#include "simulation/faults/record.h"

namespace aia::simulation {

/// Schedules the probes of `record`'s plan in `world`. Each appends to `record`, which must outlive the world's events.
void schedule_probes(World& world, Record& record);

/// Appends a Moment of every service to `record` every 30 s, from `at` on.
void keep_moments(World& world, Record& record, WallTime at);

}  // namespace aia::simulation
