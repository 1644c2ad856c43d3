// Refits of all forecasters, beside the loop: those that are done are taken up, those that are due begin, the busiest
// objects first, as many as the background takes.
#pragma once

#include <cstddef>
#include <vector>

#include "controller/loop/aids.h"
#include "controller/loop/demand_state.h"

namespace aia::loop {

class Refits {
 public:
  /// Takes up what is done of `demand`; if another refit is due, it waits for begin(). `pods`: how busy its object is.
  void tend(DemandState& demand, std::size_t pods);

  /// Begins those that wait. Without a background they are done when this returns.
  void begin(ports::Background* background);

 private:
  struct Due {
    DemandState* demand;
    std::size_t pods;
  };
  std::vector<Due> due_;
};

}  // namespace aia::loop
