// Forecast: what `kubectl get forecasts` shows, what programs read, and the way back.
#include "controller/api/forecast_json.h"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

using namespace aia;
using namespace aia::api;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

Forecast example() {
  Forecast forecast;
  forecast.meta.ns = "serving";
  forecast.meta.name = "llama-70b.requests";
  forecast.autoscaler = "llama-70b";
  forecast.autoscaler_uid = "u-1";
  forecast.demand = "requests";
  forecast.target = {"apps/v1", "Deployment", "llama-70b"};
  ForecastStatus& status = forecast.status;
  status.now = 118.25;
  status.ahead = 164;
  status.upper = 187.125;
  status.lead = 430s + 123ms;
  status.queue = 42.5;
  status.replicas = 16;
  status.gpus = 128;
  status.model = "HoltWinters(1d)";
  status.why = "lowest pinball loss at 7m10s";
  status.backtest = Backtest{0.375, 0.25, 0.953125, 500};
  status.quantiles = {0.5, 0.95};
  status.fan = {{60s, {120, 140}}, {120s, {125.5, 150.25}}};
  status.origin = WallTime{1000s};
  status.expires = WallTime{1300s};
  return forecast;
}

}  // namespace

TEST_CASE("a Forecast reads back as it was written") {
  const Forecast forecast = example();
  json object = forecast_to_json(forecast);
  CHECK_FALSE(object.contains("status"));
  object["status"] = forecast_status_to_json(forecast.status);
  const auto read = forecast_from_json(object);
  REQUIRE(read.ok());
  CHECK(read->status == forecast.status);
  CHECK(read->autoscaler == forecast.autoscaler);
  CHECK(read->autoscaler_uid == forecast.autoscaler_uid);
  CHECK(read->demand == forecast.demand);
  CHECK(read->target == forecast.target);
  CHECK(read->meta.key() == forecast.meta.key());
}

TEST_CASE("what server-side apply sends names the owner") {
  CHECK(forecast_to_json(example()) == json::parse(R"({
    "apiVersion": "aiautoscaler.io/v1alpha1", "kind": "Forecast",
    "metadata": {"name": "llama-70b.requests", "namespace": "serving", "ownerReferences": [
      {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler", "name": "llama-70b", "uid": "u-1",
       "controller": true, "blockOwnerDeletion": true}]},
    "spec": {"autoscaler": "llama-70b", "demand": "requests",
             "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama-70b"}}})"));
}

TEST_CASE("the summary is short, for people") {
  const json status = forecast_status_to_json(example().status);
  CHECK(status["summary"] ==
        json::parse(R"({"now": "118", "ahead": "164", "upper": "187", "lead": "7m10s", "queue": "42.5",
                                            "skill": "+38%"})"));
  CHECK(status["upper"] == "187.125");
  CHECK(status["lead"] == "7m10.123s");
  CHECK(status["fan"][1] == json::parse(R"({"offset": "2m", "values": ["125.5", "150.25"]})"));
}

TEST_CASE("missing is left out, never zero, what is not finite neither") {
  ForecastStatus status;
  status.upper = std::numeric_limits<double>::infinity();
  status.queue = std::numeric_limits<double>::quiet_NaN();
  status.model = "None";
  const json written = forecast_status_to_json(status);
  for (const char* key : {"now", "ahead", "upper", "queue", "replicas", "gpus", "backtest"})
    CHECK_FALSE(written.contains(key));
  CHECK(written["summary"] == json{{"lead", "0s"}});
}

TEST_CASE("skill is signed") {
  ForecastStatus status;
  const auto skill = [&](double value) {
    status.backtest = Backtest{value, 0, 0, 1};
    return forecast_status_to_json(status)["summary"]["skill"].get<std::string>();
  };
  CHECK(skill(0.384) == "+38%");
  CHECK(skill(-0.04) == "-4%");
  CHECK(skill(0.001) == "0%");
  CHECK(skill(-0.001) == "0%");
}

TEST_CASE("a fan is cut to its bounds") {
  ForecastStatus status;
  status.quantiles.assign(9, 0.5);
  for (int i = 1; i <= 60; ++i) status.fan.push_back({i * 60s, std::vector<double>(9, 1.0)});
  const json written = forecast_status_to_json(status);
  CHECK(written["fan"].size() == 48);
  CHECK(written["fan"][47]["offset"] == "48m");
  CHECK(written["fan"][0]["values"].size() == 5);
  CHECK(written["quantiles"].size() == 5);
}

TEST_CASE("errors name the path") {
  json object = forecast_to_json(example());
  object["status"] = forecast_status_to_json(example().status);
  object["status"]["fan"][1]["values"][0] = "many";
  CHECK(forecast_from_json(object).error().message ==
        R"(status.fan[1].values[0]: "many" is not a decimal number; write e.g. "12" or "0.5")");
}
