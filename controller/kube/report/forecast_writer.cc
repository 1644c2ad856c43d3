// Compares uid and generation of the store's object with the answer to our last apply, because the API server raises
// the generation with every change of the spec. Nothing is read from the server for this.
#include "controller/kube/report/forecast_writer.h"

#include "controller/api/forecast_json.h"
#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/client/selector.h"

namespace aia::kube {

Trim forecast_trim() {
  return {{"spec", "status"}, {"managedFields", "annotations", "labels"}};
}

StoredForecast stored_forecast_from_json(const Json& object) {
  StoredForecast stored{text_at(object, {"metadata", "uid"}), "", int_at(object, {"metadata", "generation"})};
  for (const Json& owner : list_at(object, {"metadata", "ownerReferences"})) {
    if (bool_at(owner, {"controller"})) stored.owner_uid = text_at(owner, {"uid"}).substr(0, 254);
  }
  return stored;
}

Json forecast_document(const api::Forecast& forecast) {
  Json document = api::forecast_to_json(forecast);
  document["metadata"]["labels"]["aiautoscaler.io/autoscaler"] = label_value(forecast.autoscaler);
  return document;
}

Json forecast_status_document(const api::Forecast& forecast) {
  return {{"apiVersion", api::kApiVersion},
          {"kind", "Forecast"},
          {"metadata", {{"name", forecast.meta.name}, {"namespace", forecast.meta.ns}}},
          {"status", api::forecast_status_to_json(forecast.status)}};
}

Status ForecastWriter::write(const api::Forecast& forecast, Millis deadline) {
  const api::ObjectKey key = forecast.meta.key();
  const Json object = forecast_document(forecast);
  const bool current = is_current(key, dump_json(object));
  if (!current) {
    if (const Status applied = apply_object(key, object, deadline); !applied) return applied;
  }
  const http::Request status =
      apply_request(object_path(kForecasts, key, "status"), forecast_status_document(forecast));
  Result<Json> written = document(transport_.send(status, deadline));
  if (!written && written.error().kind == ErrorKind::NotFound && current) {  // deleted, and the watch lags behind
    if (const Status applied = apply_object(key, object, deadline); !applied) return applied;
    written = document(transport_.send(status, deadline));
  }
  if (!written) return written.error().in("status of Forecast " + key.to_string());
  return done;
}

Status ForecastWriter::remove(const api::ObjectKey& key, Millis deadline) {
  forget(key);
  const Result<Json> answer = document(transport_.send(delete_request(object_path(kForecasts, key)), deadline));
  if (!answer && answer.error().kind != ErrorKind::NotFound) return answer.error().in("Forecast " + key.to_string());
  return done;
}

void ForecastWriter::forget(const api::ObjectKey& key) {
  const std::scoped_lock lock(mutex_);
  applied_.erase(key);
}

/// The store may lag behind our write but is never ahead, so a newer generation in the store is the change of somebody
/// else.
bool ForecastWriter::is_current(const api::ObjectKey& key, const std::string& document) const {
  const std::optional<StoredForecast> stored = stored_.find(key);
  const std::scoped_lock lock(mutex_);
  const auto applied = applied_.find(key);
  return stored && applied != applied_.end() && applied->second.document == document &&
         applied->second.uid == stored->uid && stored->generation <= applied->second.generation;
}

Status ForecastWriter::apply_object(const api::ObjectKey& key, const Json& object, Millis deadline) {
  const Result<Json> written = document(transport_.send(apply_request(object_path(kForecasts, key), object), deadline));
  if (!written) return written.error().in("Forecast " + key.to_string());
  const std::scoped_lock lock(mutex_);
  applied_.insert_or_assign(key, Applied{dump_json(object), text_at(*written, {"metadata", "uid"}),
                                         int_at(*written, {"metadata", "generation"})});
  return done;
}

}  // namespace aia::kube
