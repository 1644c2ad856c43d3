// Who decides on the replicas in a replay: a name and the AIAutoscaler that the product's own loop is given. (Peers,
// such as an HPA, will be another kind of decider beside it.)
#pragma once

#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "simulation/replay/scenario.h"

namespace aia::simulation {

struct Policy {
  std::string name;   ///< a word or two: "predictive"
  std::string about;  ///< what it does, for people
  api::AutoscalerSpec spec;
};

/// The name of the service in the world, which the specs point at.
api::ObjectKey service_key();

/// The name of the AcceleratorPool in a world with nodes.
inline constexpr const char* kPoolName = "gpus";

/// The product with model Auto; where there are nodes it asks for them ahead, too.
Policy predictive(const Scenario& scenario);

/// The same with nodes left to the node autoscaler, which launches them when pods wait for one.
Policy replicas_only(const Scenario& scenario);

/// The product without a forecast: the plain reactive rule, queue included.
Policy reactive(const Scenario& scenario);

/// Those that tell something apart in this scenario: predictive first; replicas_only where there are nodes.
std::vector<Policy> policies(const Scenario& scenario);

}  // namespace aia::simulation
