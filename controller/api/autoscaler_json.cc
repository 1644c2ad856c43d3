// Decodes top-down in the order of the object. JSON names live only here and in the CRD.
#include "controller/api/autoscaler_json.h"

#include "base/decimal.h"
#include "controller/api/field.h"
#include "controller/api/lead_time_json.h"
#include "controller/api/meta_json.h"
#include "controller/api/validate.h"

namespace aia::api {
namespace {

std::optional<DecomposeSpec> decompose_from(const Field& field) {
  if (!field.present()) return std::nullopt;
  DecomposeSpec decompose;
  decompose.label = field["label"].text();
  if (const Field heaviest = field["heaviest"]; heaviest.present()) decompose.heaviest = heaviest.count();
  return decompose;
}

DemandSpec demand_from(const Field& entry) {
  DemandSpec demand;
  demand.name = entry["name"].text();
  demand.query = entry["metric"]["query"].text();
  demand.kind = entry["metric"]["kind"].one_of(kDemandKinds);
  demand.decompose = decompose_from(entry["metric"]["decompose"]);
  if (const Field backlog = entry["backlog"]; backlog.present()) demand.backlog_query = backlog["query"].text();
  if (const Field running = entry["running"]; running.present()) demand.running_query = running["query"].text();
  demand.capacity_per_replica = entry["capacity"]["perReplica"].decimal();
  return demand;
}

ForecastSpec forecast_from(const Field& field) {
  ForecastSpec forecast;
  if (const Field model = field["model"]; model.present()) forecast.model = model.one_of(kModelChoices);
  if (const Field seasons = field["seasons"]; seasons.present()) {
    forecast.seasons.clear();
    for (const Field& season : seasons.items()) forecast.seasons.push_back(season.duration());
  }
  if (const Field history = field["history"]; history.present()) forecast.history = history.duration();
  if (const Field quantile = field["quantile"]; quantile.present()) forecast.quantile = quantile.decimal();
  return forecast;
}

ScalingRules rules_from(const Field& field) {
  ScalingRules rules;
  if (const Field window = field["stabilizationWindowSeconds"]; window.present())
    rules.stabilization_window = std::chrono::seconds(window.count());
  if (const Field tolerance = field["tolerance"]; tolerance.present()) rules.tolerance = tolerance.decimal();
  return rules;
}

std::optional<std::string> pool_from(const Field& refs) {
  const std::vector<Field> all = refs.items();
  if (all.size() > 1) refs.fail("one pool for now; remove the others");
  if (all.empty()) return std::nullopt;
  return all.front()["name"].text();
}

AutoscalerSpec spec_from(const Field& field) {
  AutoscalerSpec spec;
  spec.target = target_from(field["scaleTargetRef"]);
  if (const Field min = field["minReplicas"]; min.present()) spec.min_replicas = min.count();
  spec.max_replicas = field["maxReplicas"].count();
  if (const Field mode = field["mode"]; mode.present()) spec.mode = mode.one_of(kModes);
  for (const Field& entry : field["demand"].items()) spec.demand.push_back(demand_from(entry));
  spec.forecast = forecast_from(field["forecast"]);
  if (const Field lead = field["leadTime"]; lead.present() && lead.text() != "Auto") spec.lead_time = lead.duration();
  spec.scale_up = rules_from(field["behavior"]["scaleUp"]);
  spec.scale_down = rules_from(field["behavior"]["scaleDown"]);
  spec.node_pool = pool_from(field["nodePoolRefs"]);
  return spec;
}

std::vector<CollapseStatus> collapses_from(const Field& list) {
  std::vector<CollapseStatus> collapses;
  for (const Field& item : list.items())
    collapses.push_back(
        {item["demand"].text(), item["since"].time(), item["replicas"].count(), item["expected"].decimal()});
  return collapses;
}

nlohmann::json collapses_to_json(const std::vector<CollapseStatus>& collapses) {
  nlohmann::json out = nlohmann::json::array();
  for (const CollapseStatus& one : collapses)
    out.push_back({{"demand", one.demand},
                   {"since", format_rfc3339(one.since)},
                   {"replicas", one.replicas},
                   {"expected", format_measured(one.expected)}});
  return out;
}

AutoscalerStatus status_from(const Field& field) {
  AutoscalerStatus status;
  if (const Field seen = field["observedGeneration"]; seen.present()) status.observed_generation = seen.integer();
  if (const Field current = field["currentReplicas"]; current.present()) status.current_replicas = current.count();
  if (const Field ready = field["readyReplicas"]; ready.present()) status.ready_replicas = ready.count();
  if (const Field desired = field["desiredReplicas"]; desired.present()) status.desired_replicas = desired.count();
  if (const Field scaled = field["lastScaleTime"]; scaled.present()) status.last_scale_time = scaled.time();
  status.lead_time = lead_time_from(field["leadTime"]);
  if (const Field collapses = field["collapses"]; collapses.present()) status.collapses = collapses_from(collapses);
  status.reasons = reasons_from(field["reasons"]);
  status.conditions = conditions_from(field["conditions"]);
  return status;
}

}  // namespace

Result<Autoscaler> autoscaler_from_json(const nlohmann::json& object) {
  Problem problem;
  Autoscaler out;
  const Field root(object, problem);
  out.meta = meta_from(root["metadata"]);
  out.spec = spec_from(root["spec"]);
  if (problem) return *problem;
  if (const Status valid = validate(out.spec); !valid.ok()) return valid.error();
  out.status = status_from_json(object);
  return out;
}

AutoscalerStatus status_from_json(const nlohmann::json& object) {
  Problem ignored;
  return status_from(Field(object, ignored)["status"]);
}

nlohmann::json status_to_json(const AutoscalerStatus& status) {
  nlohmann::json out = {{"observedGeneration", status.observed_generation},
                        {"currentReplicas", status.current_replicas},
                        {"leadTime", lead_time_to_json(status.lead_time)},
                        {"reasons", reasons_to_json(status.reasons)},
                        {"conditions", conditions_to_json(status.conditions)}};
  if (!status.collapses.empty()) out["collapses"] = collapses_to_json(status.collapses);
  if (status.ready_replicas) out["readyReplicas"] = *status.ready_replicas;
  if (status.desired_replicas) out["desiredReplicas"] = *status.desired_replicas;
  if (status.last_scale_time) out["lastScaleTime"] = format_rfc3339(*status.last_scale_time);
  return out;
}

}  // namespace aia::api
