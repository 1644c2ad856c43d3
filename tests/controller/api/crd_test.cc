// The CRDs and the structs say the same, field for field, and everything we write fits the schema (the API server
// silently drops fields that it does not know). tests/cluster/test_crds.py asks a real API server.
#include <catch2/catch.hpp>

#include "controller/api/accelerator_pool_json.h"
#include "controller/api/autoscaler_json.h"
#include "controller/api/forecast_json.h"
#include "tests/controller/api/crd.h"
#include "tests/controller/api/describer.h"

using namespace aia;
using namespace aia::api;
using crd::schema;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

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

TEST_CASE("the pools' CRD has the struct's defaults, and every status that we write fits its schema") {
  const json bare = json::parse(R"json({"metadata": {"name": "h100"}, "spec": {
      "nodes": {"labels": {"pool": "h100"}, "gpu": {"resource": "nvidia.com/gpu", "perNode": 8}}, "maxNodes": 3,
      "sizing": {"mode": "CapacityBuffer"}, "namespaces": ["serving"]}})json");
  json filled = bare;
  const json root = schema("acceleratorpools.yaml");
  apply_defaults(root, filled);
  CHECK(filled["spec"]["leadTime"] == "Auto");
  REQUIRE(accelerator_pool_from_json(filled).ok());
  CHECK(accelerator_pool_from_json(filled)->spec == accelerator_pool_from_json(bare)->spec);

  AcceleratorPoolStatus status;
  status.planned_nodes = 3;
  status.before = SizeBefore{2, WallTime{1s}};
  status.lead_time.samples.assign(80, 430s);
  status.reasons.assign(30, {Code::OwnedByClusterAutoscaler, std::string(3000, 'x')});
  status.conditions = {{ConditionType::ForecastEligible, ConditionStatus::Unknown, Code::OwnedByClusterAutoscaler,
                        std::string(3000, 'x'), WallTime{1s}, 2}};
  check_fits(root["properties"]["status"], pool_status_to_json(status), "status");
}

namespace {

/// What a field is on one side and not on the other, e.g. "spec.forecast.history maxLength: the CRD says 20, the struct
/// nothing".
std::vector<std::string> differences(const json& crd, const json& structs) {
  const auto flat = [](const json& schema) {
    std::map<std::string, std::string> out;
    const json flattened = schema.flatten();
    for (const auto& [pointer, value] : flattened.items())
      out[std::regex_replace(pointer, std::regex("/properties/"), ".")] = value.dump();
    return out;
  };
  const auto theirs = flat(crd), ours = flat(structs);
  const auto said = [](const auto& side, const std::string& path) {
    const auto found = side.find(path);
    return found == side.end() ? std::string("nothing") : found->second;
  };
  auto all = theirs;
  all.insert(ours.begin(), ours.end());
  std::vector<std::string> out;
  for (const auto& [path, value] : all) {
    if (said(theirs, path) != said(ours, path))
      out.push_back(path + ": the CRD says " + said(theirs, path) + ", the struct " + said(ours, path));
  }
  return out;
}

/// Texts of numbers may have 20 characters in a spec, which CEL rules read, and 32 in a status.
template <class Spec, class Status>
std::vector<std::string> differences(const std::string& file) {
  const json crd = crd::essence(schema(file));
  json structs = {{"type", "object"}, {"required", {{"spec", true}}}};
  structs["properties"] = {{"apiVersion", {{"type", "string"}}},
                           {"kind", {{"type", "string"}}},
                           {"metadata", {{"type", "object"}}},
                           {"spec", Describer::of<Spec>(20)},
                           {"status", Describer::of<Status>(32)}};
  return differences(crd, structs);
}

}  // namespace

TEST_CASE("CRDs and structs have the same fields: names, types, defaults, words and bounds") {
  const std::vector<std::string> none;
  CHECK(differences<AutoscalerSpec, AutoscalerStatus>("aiautoscalers.yaml") == none);
  CHECK(differences<Forecast, ForecastStatus>("forecasts.yaml") == none);
  // A pool has no pods whose start was missed, so no lead time is Observed.
  const std::vector<std::string> no_observed = {
      R"(.status.leadTime.source/enum/1: the CRD says "Measured", the struct "Observed")",
      R"(.status.leadTime.source/enum/2: the CRD says "Configured", the struct "Measured")",
      R"(.status.leadTime.source/enum/3: the CRD says nothing, the struct "Configured")"};
  CHECK(differences<AcceleratorPoolSpec, AcceleratorPoolStatus>("acceleratorpools.yaml") == no_observed);
}

TEST_CASE("a field that is only in the CRD or only in the struct is named with its path") {
  const json crd = crd::essence(schema("aiautoscalers.yaml"))["properties"]["spec"];
  json other = crd;
  other["properties"]["forecast"]["properties"]["history"].erase("default");
  other["properties"]["demand"]["items"]["required"].erase("name");
  CHECK(differences(crd, other) ==
        std::vector<std::string>{R"(.demand/items/required/name: the CRD says true, the struct nothing)",
                                 R"(.forecast.history/default: the CRD says "336h", the struct nothing)"});
  CHECK(differences(other, crd).size() == 2);
  other = crd;
  other["properties"].erase("leadTime");
  CHECK_THAT(differences(crd, other).front(), Catch::StartsWith(".leadTime/bounds/0: the CRD says \"<= 2h\""));
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
