// The way between a controller and the API server, with the faults of the plan: requests are refused, lost, late or
// answered with an error. A write may be done although its answer is lost.
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

  /// The fate of a request with this verb and deadline, sent at `at`.
  Fate fate(const std::string& verb, Millis deadline, WallTime at);

  /// No request gets through at `at`, and watches are cut.
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
