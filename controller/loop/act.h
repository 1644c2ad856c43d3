// Step 4: make it so. The only place that writes a scale: in Auto, for a decision that changes the count, with the
// resourceVersion it was decided on; when somebody else changed the replicas since, the next cycle looks again. A
// follower writes none. The step has half a cycle, replicas that are missing come before those that are too many, and
// what did not get its turn comes first in the next cycle.
#pragma once

#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"

namespace aia::loop {

void act(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings);

}  // namespace aia::loop
