// The policies; see policy.h.
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
  return {"predictive", "AIAutoscaler with forecast.model: Auto", spec_of(scenario, api::ModelChoice::Auto)};
}

Policy reactive(const Scenario& scenario) {
  return {"reactive", "the same controller with forecast.model: None: replicas for the demand and the queue of now",
          spec_of(scenario, api::ModelChoice::Off)};
}

}  // namespace aia::simulation
