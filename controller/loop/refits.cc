// Beginning and taking up refits; see refits.h.
#include "controller/loop/refits.h"

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
      return;  // the next cycle offers them again
    }
  }
}

}  // namespace aia::loop
