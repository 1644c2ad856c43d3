// All policies share a spec but for the model and the node pool, so that a difference in figures has no other cause.
#include "simulation/replay/policy.h"

namespace aia::simulation {
namespace {

api::AutoscalerSpec spec_of(const Scenario& scenario, api::ModelChoice model) {
  const auto key = service_key();
  api::AutoscalerSpec spec;
  spec.target = {"apps/v1", "Deployment", key.name};
  spec.min_replicas = scenario.min_replicas;
  spec.max_replicas = scenario.highest();
  spec.mode = api::Mode::Auto;
  api::DemandSpec demand;
  demand.name = "requests";
  demand.query = "demand:" + key.to_string();
  demand.backlog_query = "queue:" + key.to_string();
  demand.capacity_per_replica = scenario.per_replica_rps;
  spec.demand = {demand};
  spec.forecast.model = model;
  spec.forecast.history = scenario.known_history();
  return spec;
}

}  // namespace

api::ObjectKey service_key() {
  return {"serving", "llm"};
}

Policy predictive(const Scenario& scenario) {
  Policy policy{"predictive", "AIAutoscaler with forecast.model: Auto", spec_of(scenario, api::ModelChoice::Auto)};
  if (!scenario.nodes) return policy;
  policy.about += " and an AcceleratorPool: nodes are asked for ahead, too";
  policy.spec.node_pool = kPoolName;
  return policy;
}

Policy replicas_only(const Scenario& scenario) {
  return {"replicas only", "the same forecast without an AcceleratorPool: nodes come when pods wait for one",
          spec_of(scenario, api::ModelChoice::Auto)};
}

Policy reactive(const Scenario& scenario) {
  return {"reactive", "the same controller with forecast.model: None: replicas for the demand and the queue of now",
          spec_of(scenario, api::ModelChoice::Off)};
}

std::vector<Policy> policies(const Scenario& scenario) {
  std::vector<Policy> all = {predictive(scenario)};
  if (scenario.nodes) all.push_back(replicas_only(scenario));
  all.push_back(reactive(scenario));
  return all;
}

}  // namespace aia::simulation
