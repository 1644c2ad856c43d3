// Carries out the fault plan: whenever a fault begins or ends, the stage sets the world to the state that the plan
// demands. States are computed anew from all faults that last, so that faults may overlap freely. Single acts, and acts
// that repeat while a fault lasts, are in stage_acts.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/faults/controller.h"
#include "simulation/faults/population.h"

namespace aia::simulation {

class Stage {
 public:
  /// All arguments outlive the stage and the world's events.
  Stage(World& world, const FaultPlan& plan, const Population& population, const std::vector<Inhabitant>& inhabitants,
        const std::vector<Controller*>& controllers);

  /// Creates the inhabitants and schedules the plan.
  void set_up();

 private:
  void refresh();
  void refresh_service(int index);
  void refresh_object(int index);
  void refresh_pool();
  void end(const Fault& fault);
  void act_once(const Fault& fault);
  void act_on(const Fault& fault, Service& service);
  void go_on(const Fault& fault, Service& service);
  void go_on_later(const Fault& fault, Millis after);
  void crash_again(const Fault& fault, Service& service);
  void lose_node(const Fault& fault, Service& service);
  void get_stuck(const Fault& fault, Service& service);
  [[nodiscard]] api::AutoscalerSpec spec_now(int index) const;
  [[nodiscard]] const Fault* lasts(FaultKind kind, int service) const {
    return plan_.of_service(kind, service, world_.now());
  }

  World& world_;
  const FaultPlan& plan_;
  const Population& population_;
  const std::vector<Inhabitant>& inhabitants_;
  const std::vector<Controller*>& controllers_;
  std::map<const Fault*, std::map<std::string, int>> crashes_;  // crashes so far, by uid of the crashing pods
};

/// Edits a spec's bounds as a person does while an EditBounds fault of this severity lasts.
void edit_bounds(api::AutoscalerSpec& spec, double severity);

}  // namespace aia::simulation
