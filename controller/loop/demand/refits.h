// Refits of all forecasters, computed beside the loop. Finished refits are taken up and due refits begin. The
// forecasters of objects with the most pods come first, as many as the background accepts.
#pragma once

#include <cstddef>
#include <vector>

#include "controller/loop/cycle/optional_ports.h"
#include "controller/loop/demand/demand_state.h"

namespace aia::loop {

class Refits {
 public:
  /// Takes up a finished refit of `demand`. If another refit is due, it waits for begin(). `pods`: number of pods of
  /// the object, by which refits are ordered.
  void tend(DemandState& demand, std::size_t pods);

  /// Begins the waiting refits. Without a background, all of them are done when begin() returns.
  void begin(ports::Background* background);

 private:
  struct Due {
    DemandState* demand;
    std::size_t pods;
  };
  std::vector<Due> due_;
};

}  // namespace aia::loop
