// Writes within the CRD's bounds, so that the API server accepts every Forecast. A fan with too many points loses its
// far end, which is the least certain part.
#include "controller/api/forecast_json.h"

#include <cmath>

#include "base/decimal.h"
#include "controller/api/field.h"
#include "controller/api/meta_json.h"

namespace aia::api {
namespace {

using Json = nlohmann::json;

void put(Json& object, const char* key, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) object[key] = format_measured(*value);
}

void put_figure(Json& summary, const char* key, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) summary[key] = format_figure(*value);
}

/// "+38%", "-4%", "0%".
std::string percent(double share) {
  const double rounded = std::round(share * 100);
  return (rounded > 0 ? "+" : "") + format_decimal(rounded) + "%";
}

/// Decimal strings of at most kMaxQuantiles values; a value that is not finite becomes "0", so that positions stay.
Json decimals(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) {
    if (out.size() == kMaxQuantiles) break;
    out.push_back(std::isfinite(value) ? format_measured(value) : "0");
  }
  return out;
}

Json summary_of(const ForecastStatus& status) {
  Json summary = {{"lead", format_rough(status.lead)}};
  put_figure(summary, "now", status.now);
  put_figure(summary, "ahead", status.ahead);
  put_figure(summary, "upper", status.upper);
  put_figure(summary, "queue", status.queue);
  if (status.backtest && std::isfinite(status.backtest->skill)) summary["skill"] = percent(status.backtest->skill);
  return summary;
}

std::vector<double> decimals_from(const Field& list) {
  std::vector<double> out;
  for (const Field& item : list.items()) out.push_back(item.decimal());
  return out;
}

std::optional<double> optional_decimal(const Field& field) {
  if (!field.present()) return std::nullopt;
  return field.decimal();
}

Backtest backtest_from(const Field& field) {
  return {field["skill"].decimal(), field["skillSeasonal"].decimal(), field["coverage"].decimal(),
          field["samples"].count()};
}

ForecastStatus forecast_status_from(const Field& field) {
  ForecastStatus status;
  if (!field.present()) return status;
  status.now = optional_decimal(field["now"]);
  status.ahead = optional_decimal(field["ahead"]);
  status.upper = optional_decimal(field["upper"]);
  status.lead = field["lead"].duration();
  status.queue = optional_decimal(field["queue"]);
  if (const Field replicas = field["replicas"]; replicas.present()) status.replicas = replicas.count();
  if (const Field gpus = field["gpus"]; gpus.present()) status.gpus = gpus.integer();
  status.model = field["model"].text();
  status.why = field["why"].text();
  if (const Field backtest = field["backtest"]; backtest.present()) status.backtest = backtest_from(backtest);
  status.quantiles = decimals_from(field["quantiles"]);
  for (const Field& point : field["fan"].items())
    status.fan.push_back({point["offset"].duration(), decimals_from(point["values"])});
  status.origin = field["origin"].time();
  status.expires = field["expires"].time();
  return status;
}

}  // namespace

Json forecast_to_json(const Forecast& forecast) {
  Json metadata = {{"name", forecast.meta.name},
                   {"namespace", forecast.meta.ns},
                   {"ownerReferences", Json::array({{{"apiVersion", kApiVersion},
                                                     {"kind", "AIAutoscaler"},
                                                     {"name", forecast.autoscaler},
                                                     {"uid", forecast.autoscaler_uid},
                                                     {"controller", true},
                                                     {"blockOwnerDeletion", true}}})}};
  if (!forecast.meta.labels.empty()) metadata["labels"] = forecast.meta.labels;
  return {{"apiVersion", kApiVersion},
          {"kind", "Forecast"},
          {"metadata", std::move(metadata)},
          {"spec",
           {{"autoscaler", forecast.autoscaler},
            {"demand", forecast.demand},
            {"scaleTargetRef", target_to_json(forecast.target)}}}};
}

Json forecast_status_to_json(const ForecastStatus& status) {
  Json out = {{"summary", summary_of(status)},           {"lead", format_duration(status.lead)},
              {"model", cut(status.model, 64)},          {"why", cut(status.why, kMaxMessage)},
              {"quantiles", decimals(status.quantiles)}, {"fan", Json::array()},
              {"origin", format_rfc3339(status.origin)}, {"expires", format_rfc3339(status.expires)}};
  put(out, "now", status.now);
  put(out, "ahead", status.ahead);
  put(out, "upper", status.upper);
  put(out, "queue", status.queue);
  if (status.replicas) out["replicas"] = *status.replicas;
  if (status.gpus) out["gpus"] = *status.gpus;
  if (const auto& test = status.backtest) {
    out["backtest"] = {{"samples", test->samples}, {"skill", "0"}, {"skillSeasonal", "0"}, {"coverage", "0"}};
    put(out["backtest"], "skill", test->skill);
    put(out["backtest"], "skillSeasonal", test->skill_seasonal);
    put(out["backtest"], "coverage", test->coverage);
  }
  for (const FanPoint& point : status.fan) {
    if (out["fan"].size() == kMaxFanPoints) break;
    out["fan"].push_back({{"offset", format_duration(point.offset)}, {"values", decimals(point.values)}});
  }
  return out;
}

Result<Forecast> forecast_from_json(const Json& object) {
  Problem problem;
  const Field root(object, problem);
  Forecast out;
  out.meta = meta_from(root["metadata"]);
  const auto owners = root["metadata"]["ownerReferences"].items();
  if (!owners.empty() && owners.front()["uid"].present()) out.autoscaler_uid = owners.front()["uid"].text();
  out.autoscaler = root["spec"]["autoscaler"].text();
  out.demand = root["spec"]["demand"].text();
  out.target = target_from(root["spec"]["scaleTargetRef"]);
  out.status = forecast_status_from(root["status"]);
  if (problem) return *problem;
  return out;
}

}  // namespace aia::api
