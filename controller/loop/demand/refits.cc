// Refits are ordered by pods only when they begin, because all objects are known by then. A refit refused by the
// background is not kept: its forecaster is still due in the next cycle.
#include "controller/loop/demand/refits.h"

#include <algorithm>

namespace aia::loop {

void Refits::tend(DemandState& demand, std::size_t pods) {
  demand.take_up_refit();
  if (demand.refit_due()) due_.push_back({&demand, pods});
}

void Refits::begin(ports::Background* background) {
  std::stable_sort(due_.begin(), due_.end(), [](const Due& a, const Due& b) { return a.pods > b.pods; });
  for (const Due& due : due_) {
    if (background == nullptr) {
      due.demand->refit_now();
    } else if (!due.demand->begin_refit(*background)) {
      return;  // the next cycle offers the remaining refits again
    }
  }
}

}  // namespace aia::loop
