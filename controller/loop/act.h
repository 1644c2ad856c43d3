// Step 4 of a cycle: writes the decided replicas. Only this step writes a scale, and only in Auto, for a decision that
// changes the count, with the resourceVersion behind the decision. If somebody else changed the replicas since, the
// write is refused and the next cycle decides again. A follower writes no scale. Writes begin within half a cycle.
// Within a namespace, objects that waited longest come first; among equals, scale-outs come before scale-ins.
#pragma once

#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"

namespace aia::loop {

void act(Cycle& cycle, ports::Cluster& cluster, const ports::Clock& clock, const Settings& settings);

}  // namespace aia::loop
