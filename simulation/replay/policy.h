// A policy decides on the replicas in a replay. A policy is a name and the AIAutoscaler for the product's own loop.
// (Peers, such as an HPA, will be another kind of policy.)
#pragma once

#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "simulation/replay/scenario.h"

namespace aia::simulation {

struct Policy {
  std::string name;   ///< a word or two: "predictive"
  std::string about;  ///< a description for people
  api::AutoscalerSpec spec;
};

/// The name of the service in the world, which is the target of the specs.
api::ObjectKey service_key();

/// The name of the AcceleratorPool in a world with nodes.
inline constexpr const char* kPoolName = "gpus";

/// The product with model Auto; in a scenario with nodes it requests nodes ahead, too.
Policy predictive(const Scenario& scenario);

/// The same without an AcceleratorPool: the node autoscaler launches nodes when pods wait for a node.
Policy replicas_only(const Scenario& scenario);

/// The product without a forecast: the plain reactive rule, queue included.
Policy reactive(const Scenario& scenario);

/// The policies that differ in this scenario: predictive first, replicas_only where there are nodes, reactive last.
std::vector<Policy> policies(const Scenario& scenario);

}  // namespace aia::simulation
