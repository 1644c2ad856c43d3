// Requests that arrive, as a function of time, from a trace. Before the play it is the trace itself; within it each
// bin's requests are scattered over its seconds as independent arrivals are (Poisson, given their number), because a
// queue lives on that scatter. Both policies are given the same function.
#pragma once

#include <cstdint>

#include "simulation/replay/trace.h"
#include "simulation/service.h"

namespace aia::simulation {

/// Requests a second at any moment of `trace`, which has no missing bins: before it as in its first bin, 0 after
/// it.
DemandFunction arrivals(const Trace& trace, WallTime play_from, std::uint64_t seed);

}  // namespace aia::simulation
