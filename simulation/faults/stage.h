// Puts the fault plan on: at every moment at which a fault begins or ends, makes the world what the plan says it is
// then. What holds is computed anew from all faults that last, so that they may overlap as they like. Acts, and what
// goes on happening while a fault lasts, are in stage_acts.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/faults/controller.h"
#include "simulation/faults/population.h"

namespace aia::simulation {

class Stage {
 public:
  /// All outlive the stage and the world's events.
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
  std::map<const Fault*, std::map<std::string, int>> crashes_;  // how often, by uid of the pods that do
};

/// What a person makes of a spec's bounds while that fault lasts.
void edit_bounds(api::AutoscalerSpec& spec, double severity);

}  // namespace aia::simulation
