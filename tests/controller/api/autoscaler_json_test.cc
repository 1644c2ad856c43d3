// AIAutoscaler: a full object, a minimal one, one row per thing that can be wrong with it, and the status there and
// back.
#include "controller/api/autoscaler_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace aia;
using namespace aia::api;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json minimal() {
  return json::parse(R"json({
    "apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler",
    "metadata": {"name": "llama-70b", "namespace": "serving"},
    "spec": {
      "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama-70b"},
      "maxReplicas": 40,
      "demand": [{"name": "requests", "metric": {"query": "sum(rate(r[1m]))", "kind": "Rate"},
                  "capacity": {"perReplica": "12"}}]}})json");
}

}  // namespace

TEST_CASE("a minimal object has the defaults") {
  const auto read = autoscaler_from_json(minimal());
  REQUIRE(read.ok());
  AutoscalerSpec expected;
  expected.target = {"apps/v1", "Deployment", "llama-70b"};
  expected.max_replicas = 40;
  expected.demand = {{"requests", "sum(rate(r[1m]))", DemandKind::Rate, std::nullopt, 12}};
  CHECK(read->spec == expected);
  CHECK(read->meta.key().to_string() == "serving/llama-70b");
  CHECK(read->status == AutoscalerStatus{});
}

TEST_CASE("a full object") {
  json object = minimal();
  object["spec"].update(json::parse(R"({
    "minReplicas": 2, "mode": "Auto", "leadTime": "7m10s",
    "demand": [
      {"name": "requests", "backlog": {"query": "b"},
       "metric": {"query": "r", "kind": "Concurrency", "decompose": {"label": "client", "heaviest": 5}},
       "capacity": {"perReplica": "0.5"}},
      {"name": "busy", "metric": {"query": "u", "kind": "Utilization"}, "capacity": {"perReplica": "0.8"}},
      {"name": "jobs", "metric": {"query": "q", "kind": "Queue"}, "running": {"query": "w"},
       "capacity": {"perReplica": "4"}}],
    "forecast": {"model": "Auto", "seasons": [], "history": "48h", "quantile": "0.9"},
    "behavior": {"scaleUp": {"tolerance": "0.05"}, "scaleDown": {"stabilizationWindowSeconds": 60, "tolerance": "0"}}})"));
  const auto read = autoscaler_from_json(object);
  REQUIRE(read.ok());
  AutoscalerSpec expected;
  expected.target = {"apps/v1", "Deployment", "llama-70b"};
  expected.min_replicas = 2;
  expected.max_replicas = 40;
  expected.mode = Mode::Auto;
  expected.lead_time = 430s;
  expected.demand = {{"requests", "r", DemandKind::Concurrency, "b", 0.5, DecomposeSpec{"client", 5}},
                     {"busy", "u", DemandKind::Utilization, std::nullopt, 0.8},
                     {"jobs", "q", DemandKind::Queue, std::nullopt, 4, std::nullopt, "w"}};
  expected.forecast = {ModelChoice::Auto, {}, 48h, 0.9};
  expected.scale_up = {std::nullopt, 0.05};
  expected.scale_down = {60s, 0.0};
  CHECK(read->spec == expected);
}

TEST_CASE("what is wrong is named with its path and what to do") {
  struct Row {
    const char* pointer;
    json value;
    const char* message;
  };
  const Row rows[] = {
      {"/spec/demand/0/capacity/perReplica", "abc",
       R"(spec.demand[0].capacity.perReplica: "abc" is not a decimal number; write e.g. "12" or "0.5")"},
      {"/spec/demand/0/capacity/perReplica", 12,
       "spec.demand[0].capacity.perReplica: is a JSON number; write a string, in quotes"},
      {"/spec/demand/0/capacity/perReplica", "0",
       R"(spec.demand[0].capacity.perReplica: must be greater than 0: what one replica sustains, e.g. "12")"},
      {"/spec/demand/0/metric/kind", "Gauge",
       R"(spec.demand[0].metric.kind: "Gauge" is not known; write one of Rate, Concurrency, Queue, Utilization)"},
      {"/spec/demand/0/metric/query", " \n\t", "spec.demand[0].metric.query: write a PromQL query, it is empty"},
      {"/spec/demand/0/metric/decompose",
       {{"label", "by client"}},
       R"(spec.demand[0].metric.decompose.label: "by client" must be a label of the query's series: at most 63 letters, )"
       "digits or _, not starting with a digit, e.g. client"},
      {"/spec/demand/0/metric/decompose", json::object(), "spec.demand[0].metric.decompose.label: is required"},
      {"/spec/demand/0/metric/decompose",
       {{"label", "client"}, {"heaviest", 9}},
       "spec.demand[0].metric.decompose.heaviest: must be from 1 to 8"},
      {"/spec/demand/0/name", "a.b",
       R"(spec.demand[0].name: "a.b" must be at most 40 lower-case letters, digits or -, starting and ending with a letter or digit)"},
      {"/spec/demand", json::array(), "spec.demand: write at least one entry"},
      {"/spec/demand", "x", "spec.demand: is a JSON string, not a list"},
      {"/spec/maxReplicas", nullptr, "spec.maxReplicas: is required"},
      {"/spec/maxReplicas", 0, "spec.minReplicas: 1 exceeds maxReplicas 0; lower minReplicas or raise maxReplicas"},
      {"/spec/maxReplicas", 4.5, "spec.maxReplicas: is not an integer in range; write e.g. 3"},
      {"/spec/maxReplicas", 5000000000, "spec.maxReplicas: 5000000000 is out of range"},
      {"/spec/minReplicas", 0, "spec.minReplicas: must be at least 1; scaling to zero is not supported"},
      {"/spec/mode", "auto", R"(spec.mode: "auto" is not known; write one of Recommend, Auto, Paused)"},
      {"/spec/leadTime", "soon", R"(spec.leadTime: "soon" is not a duration; write e.g. "90s", "7m10s" or "1h30m")"},
      {"/spec/leadTime", "3h", R"(spec.leadTime: must be from 1s to 2h, or "Auto" to measure it)"},
      {"/spec/scaleTargetRef/name", "",
       "spec.scaleTargetRef: write apiVersion, kind and name, e.g. apps/v1, Deployment, llama-70b"},
      {"/spec/scaleTargetRef/apiVersion", "apps/v1/../../..",
       R"(spec.scaleTargetRef.apiVersion: "apps/v1/../../.." must be a version, or a group and a version, e.g. apps/v1)"},
      {"/spec/scaleTargetRef/kind", "Deployment/scale",
       R"(spec.scaleTargetRef.kind: "Deployment/scale" must be at most 63 letters, digits or -, starting with a letter, e.g. Deployment)"},
      {"/spec/scaleTargetRef/name", "..",
       R"(spec.scaleTargetRef.name: ".." must be the name of an object: at most 253 printable characters without spaces, / or %, and not . or ..)"},
      {"/spec/forecast",
       {{"seasons", {"24h"}}, {"history", "47h"}},
       R"(spec.forecast.history: 47h must hold at least two seasons; write at least "48h", or shorten or remove the season)"},
      {"/spec/forecast",
       {{"seasons", {"24h", "168h"}}},
       "spec.forecast.seasons: at most one season; remove the others"},
      {"/spec/forecast",
       {{"quantile", "0.5"}},
       R"(spec.forecast.quantile: must be greater than 0.5 and less than 1, e.g. "0.95")"},
      {"/spec/behavior",
       {{"scaleDown", {{"tolerance", "1.5"}}}},
       R"(spec.behavior.scaleDown.tolerance: must be from "0" to "1", a share of the current replicas, e.g. "0.1")"},
      {"/spec/behavior",
       {{"scaleUp", {{"stabilizationWindowSeconds", 3601}}}},
       "spec.behavior.scaleUp.stabilizationWindowSeconds: must be from 0 to 3600"},
      {"/metadata", json::object(), "metadata.name: is required"},
  };
  for (const Row& row : rows) {
    json object = minimal();
    object[json::json_pointer(row.pointer)] = row.value;
    const auto read = autoscaler_from_json(object);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().kind == ErrorKind::Invalid);
    CHECK(read.error().message == row.message);
  }
}

TEST_CASE("rules between entries") {
  json object = minimal();
  json& demand = object["spec"]["demand"];
  demand.push_back(demand[0]);
  CHECK(autoscaler_from_json(object).error().message ==
        R"(spec.demand[1].name: "requests" is there twice; give each entry a name of its own)");
  demand[1]["name"] = "queue";
  demand[1]["metric"]["kind"] = "Queue";
  CHECK(autoscaler_from_json(object).ok());
  demand[1]["backlog"]["query"] = "b";
  CHECK(autoscaler_from_json(object).error().message ==
        "spec.demand[1].backlog: is only for metrics of kind Rate or Concurrency; remove it, or change metric.kind");
  demand[1].erase("backlog");
  demand[1]["running"]["query"] = "w";
  CHECK(autoscaler_from_json(object)->spec.demand[1].running_query == "w");
  demand[1]["running"]["query"] = " ";
  CHECK(autoscaler_from_json(object).error().message ==
        "spec.demand[1].running.query: write a PromQL query, it is empty");
  demand[1].erase("running");
  demand[0]["running"]["query"] = "w";
  CHECK(autoscaler_from_json(object).error().message ==
        "spec.demand[0].running: is only for metrics of kind Queue; remove it, or change metric.kind");
  demand[0].erase("running");
  demand[1]["metric"]["decompose"]["label"] = "client";
  CHECK(autoscaler_from_json(object).error().message ==
        "spec.demand[1].metric.decompose: is only for metrics of kind Rate or Concurrency; remove it, or change "
        "metric.kind");
  demand[1]["metric"].erase("decompose");
  demand[0]["metric"]["decompose"]["label"] = "client";
  CHECK(autoscaler_from_json(object)->spec.demand[0].decompose == DecomposeSpec{"client", 3});
  object["spec"]["forecast"]["model"] = "None";
  CHECK(autoscaler_from_json(object).error().message ==
        "spec.demand[0].metric.decompose: needs spec.forecast.model Auto; remove one of both");
  demand[0]["metric"].erase("decompose");
  demand[1]["metric"]["kind"] = "Utilization";
  CHECK_THAT(autoscaler_from_json(object).error().message, Catch::Contains("target share of one replica"));
}

TEST_CASE("no document makes the decoder throw") {
  for (const char* text : {"null", "1", "[]", "{}", R"({"metadata": 3})", R"({"metadata": {"name": "x"}, "spec": []})",
                           R"({"metadata": {"name": "x"}, "spec": {"demand": [null, 1]}})"}) {
    INFO(text);
    CHECK_FALSE(autoscaler_from_json(json::parse(text)).ok());
  }
}

TEST_CASE("status there and back") {
  AutoscalerStatus status;
  status.observed_generation = 4;
  status.current_replicas = 10;
  status.ready_replicas = 9;
  status.desired_replicas = 16;
  status.last_scale_time = WallTime{1000s};
  status.lead_time = {LeadTimeSource::Measured, 430s, {400s, 430s}};
  status.collapses = {{"requests", WallTime{800s}, 42, 118.5}};
  status.reasons = {{Code::ForecastFloor, "requests: expected P95 187/s needs 16 replicas"}};
  status.conditions = {{ConditionType::Ready, ConditionStatus::True, Code::Active, "to 16", WallTime{900s}, 4}};
  json object = minimal();
  object["status"] = status_to_json(status);
  const auto read = autoscaler_from_json(object);
  REQUIRE(read.ok());
  CHECK(read->status == status);
}

TEST_CASE("status is bounded, and the newest lead samples are the ones kept") {
  AutoscalerStatus status;
  for (int i = 0; i < 60; ++i) status.lead_time.samples.push_back(std::chrono::seconds(i + 1));
  for (int i = 0; i < 20; ++i) status.reasons.push_back({Code::Reactive, std::string(5000, 'x')});
  const json written = status_to_json(status);
  CHECK(written["leadTime"]["samples"].size() == 50);
  CHECK(written["leadTime"]["samples"].front() == "11s");
  CHECK(written["leadTime"]["samples"].back() == "1m");
  CHECK(written["reasons"].size() == 16);
  CHECK(written["reasons"][0]["message"].get<std::string>().size() == 1024);
  CHECK_FALSE(written.contains("desiredReplicas"));
}

TEST_CASE("measured lead times outlive a broken spec and broken neighbours") {
  json object = {{"spec", 7},
                 {"status",
                  {{"conditions", "?"},
                   {"desiredReplicas", "many"},
                   {"leadTime", {{"source", "Guessed"}, {"samples", {"5m", "soon", 3, "7m"}}}}}}};
  CHECK_FALSE(autoscaler_from_json(object).ok());
  CHECK(status_from_json(object).lead_time.samples == std::vector<Millis>{300s, 420s});
  CHECK(status_from_json(json::array()) == AutoscalerStatus{});
}

TEST_CASE("a status that does not decode never stops an object") {
  json object = minimal();
  object["status"] = {{"readyReplicas", 3}, {"leadTime", {{"source", "Guessed"}}}, {"conditions", "?"}};
  const auto read = autoscaler_from_json(object);
  REQUIRE(read.ok());
  CHECK(read->status.ready_replicas == 3);
  CHECK(read->status.conditions.empty());
}
