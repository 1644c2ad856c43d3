// Arriving requests as a function of time, from a trace. Before the play the function is the trace itself. Within the
// play the requests of each bin are scattered over its seconds as independent arrivals are (Poisson, given their
// number), because queues come from this scatter. All policies get the same function.
#pragma once

#include <cstdint>

#include "simulation/replay/trace.h"
#include "simulation/service.h"

namespace aia::simulation {

/// Requests a second at any moment. `trace` must have no missing bins. Before the trace: the value of its first bin;
/// after the trace: 0.
DemandFunction arrivals(const Trace& trace, WallTime play_from, std::uint64_t seed);

}  // namespace aia::simulation
