// When to look, and what to keep of what is seen; see Probe.
#pragma once

#include "simulation/faults/record.h"

namespace aia::simulation {

/// Schedules the probes of `record`'s plan in `world`; they are appended to `record`, which outlives the world's
/// events.
void schedule_probes(World& world, Record& record);

/// Keeps a Moment of every service, from `at` on.
void keep_moments(World& world, Record& record, WallTime at);

}  // namespace aia::simulation
