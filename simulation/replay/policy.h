// Who decides on the replicas in a replay: a name and the AIAutoscaler that the product's own loop is given. (Peers,
// such as an HPA, will be another kind of decider beside it.)
#pragma once

#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "simulation/replay/scenario.h"

namespace aia::simulation {

struct Policy {
  std::string name;   ///< one word: "predictive"
  std::string about;  ///< what it does, for people
  api::AutoscalerSpec spec;
};

/// The name of the service in the world, which the specs point at.
api::ObjectKey service_key();

/// The product with model Auto.
Policy predictive(const Scenario& scenario);

/// The product without a forecast: the plain reactive rule, queue included.
Policy reactive(const Scenario& scenario);

}  // namespace aia::simulation
