// Step 4: make it so. The only place that writes a scale: in Auto, for a decision that changes the count, with the
// resourceVersion it was decided on; when somebody else wrote since, the next cycle looks again. A follower writes
// none.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

void act(Cycle& cycle, ports::Cluster& cluster);

}  // namespace aia::loop
