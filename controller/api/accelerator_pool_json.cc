// Decodes top-down in the order of the object. JSON names live only here and in the CRD.
#include "controller/api/accelerator_pool_json.h"

#include "controller/api/field.h"
#include "controller/api/lead_time_json.h"
#include "controller/api/meta_json.h"

namespace aia::api {
namespace {

Taint taint_from(const Field& field) {
  Taint taint{field["key"].text(), "", field["effect"].text()};
  if (const Field value = field["value"]; value.present()) taint.value = value.text();
  return taint;
}

ScaleRef scale_ref_from(const Field& field) {
  ScaleRef ref{field["apiVersion"].text(), field["kind"].text(), field["name"].text(), ""};
  if (const Field ns = field["namespace"]; ns.present()) ref.ns = ns.text();
  return ref;
}

void nodes_from(const Field& nodes, AcceleratorPoolSpec& spec) {
  for (const auto& [key, value] : nodes["labels"].members()) spec.node_labels[key] = value.text();
  for (const Field& taint : nodes["taints"].items()) spec.node_taints.push_back(taint_from(taint));
  spec.gpu_resource = nodes["gpu"]["resource"].text();
  spec.gpus_per_node = nodes["gpu"]["perNode"].count();
  if (const Field price = nodes["pricePerHour"]; price.present()) spec.price_per_node_hour = price.decimal();
}

AcceleratorPoolSpec pool_spec_from(const Field& field) {
  AcceleratorPoolSpec spec;
  nodes_from(field["nodes"], spec);
  if (const Field min = field["minNodes"]; min.present()) spec.min_nodes = min.count();
  spec.max_nodes = field["maxNodes"].count();
  spec.sizing = field["sizing"]["mode"].one_of(kSizings);
  if (const Field ref = field["sizing"]["scaleRef"]; ref.present()) spec.scale_ref = scale_ref_from(ref);
  if (const Field lead = field["leadTime"]; lead.present() && lead.text() != "Auto") spec.lead_time = lead.duration();
  for (const Field& ns : field["namespaces"].items()) spec.namespaces.push_back(ns.text());
  return spec;
}

AcceleratorPoolStatus pool_status_from(const Field& field) {
  AcceleratorPoolStatus status;
  if (const Field seen = field["observedGeneration"]; seen.present()) status.observed_generation = seen.integer();
  if (const Field nodes = field["nodes"]; nodes.present()) status.nodes = nodes.count();
  if (const Field ready = field["readyNodes"]; ready.present()) status.ready_nodes = ready.count();
  if (const Field planned = field["plannedNodes"]; planned.present()) status.planned_nodes = planned.count();
  if (const Field gpus = field["gpus"]; gpus.present()) {
    status.gpus = gpus["total"].integer();
    status.used_gpus = gpus["used"].integer();
  }
  status.lead_time = lead_time_from(field["leadTime"]);
  if (const Field before = field["sizeBefore"]; before.present())
    status.before = SizeBefore{before["nodes"].count(), before["expires"].time()};
  status.reasons = reasons_from(field["reasons"]);
  status.conditions = conditions_from(field["conditions"]);
  return status;
}

bool is_held(const Field& metadata) {
  for (const Field& finalizer : metadata["finalizers"].items())
    if (finalizer.text() == kPoolFinalizer) return true;
  return false;
}

}  // namespace

Result<AcceleratorPool> accelerator_pool_from_json(const nlohmann::json& object) {
  Problem problem;
  AcceleratorPool out;
  const Field root(object, problem);
  out.meta = meta_from(root["metadata"]);
  out.held = is_held(root["metadata"]);
  out.spec = pool_spec_from(root["spec"]);
  if (problem) return *problem;
  if (const Status valid = validate(out.spec); !valid.ok()) return valid.error();
  out.status = pool_status_from_json(object);
  return out;
}

AcceleratorPoolStatus pool_status_from_json(const nlohmann::json& object) {
  Problem ignored;
  return pool_status_from(Field(object, ignored)["status"]);
}

nlohmann::json pool_status_to_json(const AcceleratorPoolStatus& status) {
  nlohmann::json out = {{"observedGeneration", status.observed_generation},
                        {"nodes", status.nodes},
                        {"readyNodes", status.ready_nodes},
                        {"gpus", {{"total", status.gpus}, {"used", status.used_gpus}}},
                        {"summary", {{"gpus", std::to_string(status.used_gpus) + "/" + std::to_string(status.gpus)}}},
                        {"leadTime", lead_time_to_json(status.lead_time)},
                        {"reasons", reasons_to_json(status.reasons)},
                        {"conditions", conditions_to_json(status.conditions)}};
  if (status.planned_nodes) out["plannedNodes"] = *status.planned_nodes;
  if (status.before)
    out["sizeBefore"] = {{"nodes", status.before->nodes}, {"expires", format_rfc3339(status.before->expires)}};
  return out;
}

}  // namespace aia::api
