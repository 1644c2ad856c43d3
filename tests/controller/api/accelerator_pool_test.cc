// AcceleratorPools: what is read, what is refused and that the refusal names the field, and that a status comes back.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "controller/api/accelerator_pool_json.h"
#include "controller/api/autoscaler_json.h"

using namespace aia;
using namespace aia::api;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json pool() {
  return json::parse(R"json({"metadata": {"name": "h100", "finalizers": ["other", "aiautoscaler.io/pool"]}, "spec": {
      "nodes": {"labels": {"pool": "h100"}, "taints": [{"key": "gpu", "effect": "NoSchedule"}],
                "gpu": {"resource": "nvidia.com/gpu", "perNode": 8}, "pricePerHour": "98.32"},
      "minNodes": 1, "maxNodes": 10, "leadTime": "8m", "namespaces": ["serving", "batch"],
      "sizing": {"mode": "Scale", "scaleRef": {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "name": "h100"}}}})json");
}

std::string refusal(const json& change) {
  json object = pool();
  object["spec"].merge_patch(change);
  const auto read = accelerator_pool_from_json(object);
  return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("a pool is read") {
  const auto read = accelerator_pool_from_json(pool());
  REQUIRE(read.ok());
  CHECK(read->held);
  const auto& spec = read->spec;
  CHECK(spec.node_taints == std::vector<Taint>{{"gpu", "", "NoSchedule"}});
  CHECK(spec.gpus_per_node == 8);
  CHECK(spec.price_per_node_hour == 98.32);
  CHECK(spec.min_nodes == 1);
  CHECK(spec.lead_time == 8min);
  CHECK(spec.scale_ref->to_string() == "karpenter.sh/v1 NodePool h100");
  CHECK(spec.allows("batch"));
  CHECK_FALSE(spec.allows("other"));
}

TEST_CASE("a pool that breaks a rule is refused, and the refusal names the field") {
  struct Row {
    const char* change;
    const char* says;
  };
  const Row rows[] = {
      {R"({"nodes": {"labels": null}})", "spec.nodes.labels"},
      {R"({"nodes": {"gpu": {"resource": "gpu"}}})", "spec.nodes.gpu.resource"},
      {R"({"nodes": {"gpu": {"perNode": 0}}})", "spec.nodes.gpu.perNode"},
      {R"({"nodes": {"pricePerHour": "free"}})", "spec.nodes.pricePerHour"},
      {R"({"nodes": {"taints": [{"key": "a", "effect": "PreferNoSchedule"}]}})", "spec.nodes.taints[].effect"},
      {R"({"maxNodes": 0})", "spec.maxNodes"},
      {R"({"minNodes": 11})", "lower minNodes or raise maxNodes"},
      {R"({"sizing": {"mode": "Guess"}})", "write one of CapacityBuffer, Scale"},
      {R"({"sizing": {"scaleRef": null}})", "spec.sizing.scaleRef"},
      {R"({"minNodes": 0, "sizing": {"mode": "CapacityBuffer"}})", "spec.sizing.scaleRef"},
      {R"({"sizing": {"mode": "CapacityBuffer", "scaleRef": null}})", "spec.minNodes"},
      {R"({"sizing": {"scaleRef": {"apiVersion": "../"}}})", "spec.sizing.scaleRef.apiVersion"},
      {R"({"sizing": {"scaleRef": {"kind": "a b"}}})", "spec.sizing.scaleRef.kind"},
      {R"({"sizing": {"scaleRef": {"name": "a,b!=c"}}})", "spec.sizing.scaleRef.name"},
      {R"({"sizing": {"scaleRef": {"namespace": ".."}}})", "spec.sizing.scaleRef.namespace"},
      {R"({"leadTime": "3h"})", "spec.leadTime"},
      {R"({"namespaces": []})", "spec.namespaces"},
  };
  for (const Row& row : rows) {
    INFO(row.change);
    CHECK_THAT(refusal(json::parse(row.change)), Catch::Contains(row.says));
  }
  CHECK(refusal(json::object()).empty());
}

TEST_CASE("a pool's status comes back as it was written") {
  AcceleratorPoolStatus status;
  status.observed_generation = 3;
  status.nodes = 5, status.ready_nodes = 4, status.planned_nodes = 6;
  status.gpus = 32, status.used_gpus = 24;
  status.lead_time = {LeadTimeSource::Measured, 6min, {5min, 6min}};
  status.before = SizeBefore{2, WallTime{1'800'000'000s}};
  status.reasons = {{Code::NodesNeeded, "why"}};
  status.conditions = {{ConditionType::Ready, ConditionStatus::True, Code::Active, "so", WallTime{1'800'000'000s}, 3}};
  const json written = pool_status_to_json(status);
  CHECK(written["summary"]["gpus"] == "24/32");
  json object = pool();
  object["status"] = written;
  CHECK(pool_status_from_json(object) == status);
}

TEST_CASE("an AIAutoscaler names one pool, or none") {
  json object = json::parse(R"json({"metadata": {"name": "a"}, "spec": {
      "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": 3,
      "demand": [{"name": "r", "metric": {"query": "q", "kind": "Rate"}, "capacity": {"perReplica": "1"}}],
      "nodePoolRefs": [{"name": "h100"}]}})json");
  CHECK(autoscaler_from_json(object)->spec.node_pool == "h100");
  object["spec"]["nodePoolRefs"].push_back(json::parse(R"({"name": "a100"})"));
  CHECK_THAT(autoscaler_from_json(object).error().message, Catch::Contains("spec.nodePoolRefs"));
  object["spec"].erase("nodePoolRefs");
  CHECK_FALSE(autoscaler_from_json(object)->spec.node_pool);
}
