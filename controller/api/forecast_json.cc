// Walks the fields of the struct (schema.h); metadata, which names the owner, is written by hand.
#include "controller/api/forecast_json.h"

#include "controller/api/meta_json.h"
#include "controller/api/reader.h"
#include "controller/api/writer.h"

namespace aia::api {

using Json = nlohmann::json;

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
          {"spec", Writer::json_of(forecast)}};
}

Json forecast_status_to_json(const ForecastStatus& status) {
  return Writer::json_of(status);
}

Result<Forecast> forecast_from_json(const Json& object) {
  Problem problem;
  const Field root(object, problem);
  Forecast out;
  out.meta = meta_from(root["metadata"]);
  const auto owners = root["metadata"]["ownerReferences"].items();
  if (!owners.empty() && owners.front()["uid"].present()) out.autoscaler_uid = owners.front()["uid"].text();
  const Reader spec(root["spec"], Unreadable::Report);
  Forecast::fields(spec, out);
  const Reader status(root["status"], Unreadable::Report);
  ForecastStatus::fields(status, out.status);
  if (problem) return *problem;
  return out;
}

}  // namespace aia::api
