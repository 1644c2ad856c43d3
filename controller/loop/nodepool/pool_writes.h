// Step 4 for pools: the writes that ask for nodes, give nodes back, and undo our writes. The original size is recorded,
// and our finalizer put on the pool, before the first write that would have to be undone (rule 11). Buffers shrink
// before others grow, so that a buffer whose replicas were just started does not refill.
#pragma once

#include "controller/loop/cycle/settings.h"
#include "controller/loop/nodepool/pool.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// The writes that a pool's plan asks for, in order. Precondition: the spec decodes, or the pool is being deleted.
std::vector<Write> writes_of(const Pool& pool, const NodePools& pools, const Settings& settings);

/// Sends the writes of all pools, and deletes buffers whose pool is gone. While a spec does not decode, its pool is
/// touched only to delete it. A failed write ends the turn of its own pool only. Stops at once when the lease is lost.
void write_pools(Cycle& cycle, NodePools& pools, ports::Pools& to, const ports::Clock& clock, const Settings& settings);

}  // namespace aia::loop
