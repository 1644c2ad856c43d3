// Moves each remembered moment when the wall clock is set. Counts and replicas stay; a new member with a moment belongs
// here, too.
#include "controller/plan/memory.h"

namespace aia::plan {

void Memory::shift(Millis by) {
  if (stuck) {
    stuck->since += by;
    stuck->next_try += by;
  }
  if (lost) lost->since += by;
  if (not_serving_since) *not_serving_since += by;
  if (replaced) replaced->last += by;
  if (jump) jump->last += by;
  for (auto& [demand, collapse] : collapses) collapse.since += by;
  if (hold) hold->since += by;
}

}  // namespace aia::plan
