// The way between one controller and the API server, as the fault plan has it: refused, lost, late, answered with an
// error. What was sent may arrive although its answer does not.
#pragma once

#include <string>

#include "simulation/faults/fault_plan.h"
#include "simulation/random.h"
#include "simulation/virtual_cluster.h"

namespace aia::simulation {

class FaultyNetwork {
 public:
  FaultyNetwork(const FaultPlan& plan, int controller, Random random)
      : plan_(plan), controller_(controller), random_(random) {}

  /// How a request with that verb fares that is sent at `at` and has `deadline`.
  Fate fate(const std::string& verb, Millis deadline, WallTime at);

  /// Nothing gets through at `at`: watches are cut, too.
  [[nodiscard]] bool cut(WallTime at) const;

 private:
  [[nodiscard]] const Fault* lasts(FaultKind kind, WallTime at) const {
    return plan_.of_controller(kind, controller_, at);
  }
  Fate lost(Error error, bool is_write);

  const FaultPlan& plan_;
  int controller_;
  Random random_;
};

}  // namespace aia::simulation
