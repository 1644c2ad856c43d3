// The CRDs and the structs say the same: defaults, enumerations and bounds, and everything we write fits the schema
// (the API server silently drops fields that it does not know). tests/cluster/test_crds.py asks a real API server.
#include <yaml-cpp/yaml.h>

#include <catch2/catch.hpp>
#include <regex>

#include "controller/api/accelerator_pool_json.h"
#include "controller/api/autoscaler_json.h"
#include "controller/api/forecast_json.h"
#include "controller/api/meta_json.h"
#include "controller/api/validate.h"

using namespace aia;
using namespace aia::api;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json to_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    json out = json::array();
    for (const auto& item : node) out.push_back(to_json(item));
    return out;
  }
  if (node.IsMap()) {
    json out = json::object();
    for (const auto& member : node) out[member.first.as<std::string>()] = to_json(member.second);
    return out;
  }
  const bool quoted = node.Tag() == "!";
  long integer = 0;
  if (!quoted && YAML::convert<long>::decode(node, integer)) return integer;
  return node.IsScalar() ? json(node.Scalar()) : json();
}

json schema(const std::string& file) {
  const json crd = to_json(YAML::LoadFile(AIA_SOURCE_DIR "/crds/" + file));
  return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
}

/// What an API server does with an object: absent members get their defaults, outermost first.
void apply_defaults(const json& at, json& value) {
  const json properties = at.value("properties", json::object());
  for (const auto& [name, child] : properties.items()) {
    if (!value.contains(name) && child.contains("default")) value[name] = child["default"];
    if (value.contains(name) && value[name].is_object()) apply_defaults(child, value[name]);
  }
}

/// Fails for each thing in `value` that the schema would drop or refuse.
void check_fits(const json& at, const json& value, const std::string& path) {
  INFO(path);
  const std::string type = at.at("type");
  REQUIRE((type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "integer" ? value.is_number_integer()
                               : value.is_string()));
  if (type == "string") {
    if (at.contains("maxLength"))
      CHECK(value.get_ref<const std::string&>().size() <= at["maxLength"].get<std::size_t>());
    if (at.contains("enum"))
      CHECK_THAT(at["enum"].get<std::vector<std::string>>(), Catch::VectorContains(value.get<std::string>()));
  }
  if (type == "array") {
    CHECK(value.size() <= at.at("maxItems").get<std::size_t>());
    for (const json& item : value) check_fits(at["items"], item, path + "[]");
  }
  if (type == "object") {
    for (const json& name : at.value("required", json::array())) CHECK(value.contains(name.get<std::string>()));
    for (const auto& [name, member] : value.items()) {
      INFO(path + "." + name + " is not in the schema");
      REQUIRE(at["properties"].contains(name));
      check_fits(at["properties"][name], member, path + "." + name);
    }
  }
}

template <class Enum, std::size_t n>
std::vector<std::string> names(const Enum (&all)[n]) {
  std::vector<std::string> out;
  for (const Enum one : all) out.emplace_back(to_string(one));
  return out;
}

}  // namespace

TEST_CASE("the CRD's defaults are the struct's") {
  const json bare = json::parse(R"json({"metadata": {"name": "a"}, "spec": {
      "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": 3,
      "demand": [{"name": "r", "metric": {"query": "q", "kind": "Rate"}, "capacity": {"perReplica": "1"}}]}})json");
  json filled = bare;
  apply_defaults(schema("aiautoscalers.yaml"), filled);
  CHECK(filled["spec"]["forecast"]["history"] == "336h");  // defaults were found at all
  CHECK(filled["spec"]["mode"] == "Recommend");
  REQUIRE(autoscaler_from_json(filled).ok());
  CHECK(autoscaler_from_json(filled)->spec == autoscaler_from_json(bare)->spec);
}

TEST_CASE("the pools' CRD says what the struct says") {
  const json bare = json::parse(R"json({"metadata": {"name": "h100"}, "spec": {
      "nodes": {"labels": {"pool": "h100"}, "gpu": {"resource": "nvidia.com/gpu", "perNode": 8}}, "maxNodes": 3,
      "sizing": {"mode": "CapacityBuffer"}, "namespaces": ["serving"]}})json");
  json filled = bare;
  const json root = schema("acceleratorpools.yaml");
  apply_defaults(root, filled);
  CHECK(filled["spec"]["leadTime"] == "Auto");
  REQUIRE(accelerator_pool_from_json(filled).ok());
  CHECK(accelerator_pool_from_json(filled)->spec == accelerator_pool_from_json(bare)->spec);
  const json& spec = root["properties"]["spec"]["properties"];
  CHECK(spec["sizing"]["properties"]["mode"]["enum"] == json(names(kSizings)));
  CHECK(spec["maxNodes"]["maximum"] == kMaxNodes);
  CHECK(spec["namespaces"]["maxItems"] == kMaxPoolNamespaces);
  const json& nodes = spec["nodes"]["properties"];
  CHECK(nodes["labels"]["maxProperties"] == kMaxPoolLabels);
  CHECK(nodes["taints"]["maxItems"] == kMaxPoolTaints);
  CHECK(nodes["gpu"]["properties"]["perNode"]["maximum"] == kMaxGpusPerNode);

  AcceleratorPoolStatus status;
  status.planned_nodes = 3;
  status.before = SizeBefore{2, WallTime{1s}};
  status.lead_time.samples.assign(80, 430s);
  status.reasons.assign(30, {Code::OwnedByClusterAutoscaler, std::string(3000, 'x')});
  status.conditions = {{ConditionType::ForecastEligible, ConditionStatus::Unknown, Code::OwnedByClusterAutoscaler,
                        std::string(3000, 'x'), WallTime{1s}, 2}};
  check_fits(root["properties"]["status"], pool_status_to_json(status), "status");
}

TEST_CASE("the CRD's enumerations are ours") {
  const json root = schema("aiautoscalers.yaml")["properties"];
  const json& spec = root["spec"]["properties"];
  CHECK(spec["mode"]["enum"] == json(names(kModes)));
  CHECK(spec["forecast"]["properties"]["model"]["enum"] == json(names(kModelChoices)));
  CHECK(spec["demand"]["items"]["properties"]["metric"]["properties"]["kind"]["enum"] == json(names(kDemandKinds)));
  CHECK(root["status"]["properties"]["leadTime"]["properties"]["source"]["enum"] == json(names(kLeadTimeSources)));
}

TEST_CASE("the CRD's bounds are ours") {
  const json root = schema("aiautoscalers.yaml")["properties"];
  const json& spec = root["spec"]["properties"];
  const json& demand = spec["demand"]["items"]["properties"];
  CHECK(spec["demand"]["maxItems"] == kMaxDemands);
  CHECK(spec["maxReplicas"]["maximum"] == kMaxReplicas);
  CHECK(demand["name"]["maxLength"] == kMaxDemandName);
  CHECK(demand["metric"]["properties"]["query"]["maxLength"] == kMaxQuery);
  const json& decompose = demand["metric"]["properties"]["decompose"]["properties"];
  CHECK(decompose["label"]["maxLength"] == kMaxLabel);
  CHECK(decompose["heaviest"]["maximum"] == kMostHeaviest);
  CHECK(decompose["heaviest"]["default"] == DecomposeSpec{}.heaviest);
  CHECK(demand["backlog"]["properties"]["query"]["maxLength"] == kMaxQuery);
  CHECK(demand["running"]["properties"]["query"]["maxLength"] == kMaxQuery);
  const json& status = root["status"]["properties"];
  CHECK(status["reasons"]["maxItems"] == kMaxReasons);
  CHECK(status["reasons"]["items"]["properties"]["message"]["maxLength"] == kMaxMessage);
  CHECK(status["conditions"]["items"]["properties"]["message"]["maxLength"] == kMaxMessage);
  CHECK(status["leadTime"]["properties"]["samples"]["maxItems"] == kMaxLeadSamples);
  const json fan = schema("forecasts.yaml")["properties"]["status"]["properties"]["fan"];
  CHECK(fan["maxItems"] == kMaxFanPoints);
  CHECK(fan["items"]["properties"]["values"]["maxItems"] == kMaxQuantiles);
}

namespace {

/// As the API server judges the CEL rules of references: matches('…'), and what else the name must not be.
bool allows(const json& field, const std::string& text) {
  if (text.empty() || text.size() > field["maxLength"]) return false;
  const std::string rule = field["x-kubernetes-validations"][0]["rule"];
  const auto begin = rule.find("matches('") + 9;
  if (rule.find("self != '..'") != std::string::npos && (text == "." || text == "..")) return false;
  return std::regex_search(text, std::regex(rule.substr(begin, rule.find("')") - begin)));
}

}  // namespace

TEST_CASE("references to objects: the CRDs refuse what we refuse") {
  const json spec = schema("aiautoscalers.yaml")["properties"]["spec"]["properties"];
  const json target = spec["scaleTargetRef"]["properties"];
  const json pool = schema("acceleratorpools.yaml")["properties"]["spec"]["properties"];
  const json ref = pool["sizing"]["properties"]["scaleRef"]["properties"];
  CHECK(target["apiVersion"]["maxLength"] == kMaxApiVersion);
  CHECK(target["kind"]["maxLength"] == kMaxKind);
  CHECK(target["name"]["maxLength"] == kMaxObjectName);
  const std::vector<std::string> parts = {"apps",
                                          "v1",
                                          "v1beta1",
                                          "Deployment",
                                          "deployment",
                                          "my-Kind",
                                          "x.io",
                                          "a.b.c",
                                          "web",
                                          "web-1.x",
                                          "0",
                                          "1a",
                                          "a1",
                                          "a-",
                                          "-a",
                                          "a..b",
                                          ".a",
                                          "a.",
                                          ".",
                                          "..",
                                          "...",
                                          "a_b",
                                          "A",
                                          "a b",
                                          "a%2e",
                                          "a?b=c",
                                          "a#b",
                                          "a:b",
                                          "a\nb",
                                          "a\n",
                                          "a\r\nb",
                                          "ünï",
                                          "~",
                                          "!",
                                          "a,b!=c",
                                          "a=b",
                                          "*",
                                          "",
                                          std::string(63, 'a'),
                                          std::string(64, 'a'),
                                          std::string(253, 'a'),
                                          std::string(254, 'a')};
  std::vector<std::string> texts = parts;
  for (const auto& a : parts)
    for (const auto& b : parts) texts.push_back(a + "/" + b);
  texts.insert(texts.end(), {"/", "apps/v1/v1", "apps/v1/../../..", "../../../tenant-b/deployments/web"});
  int accepted = 0;
  for (const auto& text : texts) {
    INFO(text);
    CHECK(allows(target["apiVersion"], text) == is_api_version(text));
    CHECK(allows(target["kind"], text) == is_kind(text));
    CHECK(allows(target["name"], text) == is_object_name(text));
    CHECK(allows(ref["apiVersion"], text) == is_api_version(text));
    CHECK(allows(ref["kind"], text) == is_kind(text));
    CHECK(allows(ref["name"], text) == is_dns_name(text));
    accepted += is_api_version(text) || is_kind(text) || is_object_name(text) ? 1 : 0;
  }
  CHECK(accepted > 100);
  for (const char* good : {"v1", "apps/v1", "serving.kserve.io/v1beta1", "x/v1"}) CHECK(is_api_version(good));
  for (const char* bad : {"", "/", "/v1", "apps/", "../", "Apps/v1", "apps/1", "apps/v1/scale"})
    CHECK_FALSE(is_api_version(bad));
}

TEST_CASE("every status that we write fits its schema") {
  AutoscalerStatus status;
  status.desired_replicas = 3;
  status.last_scale_time = WallTime{1s};
  status.lead_time.samples.assign(80, 430s);
  status.reasons.assign(30, {Code::OwnedByClusterAutoscaler, std::string(3000, 'x')});
  status.conditions = {{ConditionType::ForecastEligible, ConditionStatus::Unknown, Code::OwnedByClusterAutoscaler,
                        std::string(3000, 'x'), WallTime{1s}, 2}};
  const json root = schema("aiautoscalers.yaml")["properties"];
  check_fits(root["status"], status_to_json(status), "status");

  Forecast forecast;
  forecast.target = {"apps/v1", "Deployment", "d"};
  ForecastStatus& known = forecast.status;
  known.now = known.ahead = known.upper = known.queue = -1.23456789e-300;
  known.replicas = 4;
  known.why = std::string(3000, 'x');
  known.backtest = Backtest{-123456789.123, 0.5, 0.9, 100};
  known.quantiles.assign(9, 0.5);
  known.fan.assign(99, {100h + 123ms, {1e300, 2, 3, 4, 5, 6}});
  const json forecasts = schema("forecasts.yaml")["properties"];
  check_fits(forecasts["spec"], forecast_to_json(forecast)["spec"], "spec");
  check_fits(forecasts["status"], forecast_status_to_json(known), "status");
}
