// Writes Forecasts by server-side apply. The status is written every time; the object only when the object is missing,
// was changed by somebody, or is to change. Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "controller/http/transport.h"
#include "controller/kube/client/json.h"
#include "controller/kube/watch/store.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

/// A Forecast in the store: enough to know the owner, and whether somebody changed the object.
struct StoredForecast {
  std::string uid;
  std::string owner_uid;  ///< of the controlling owner
  std::int64_t generation = 0;
};

Trim forecast_trim();
StoredForecast stored_forecast_from_json(const Json& object);

/// The documents to apply: the object with its owner and the label aiautoscaler.io/autoscaler, and the status.
Json forecast_document(const api::Forecast& forecast);
Json forecast_status_document(const api::Forecast& forecast);

class ForecastWriter {
 public:
  /// `transport` and `stored` outlive the writer.
  ForecastWriter(http::Transport& transport, const Store<StoredForecast>& stored)
      : transport_(transport), stored_(stored) {}

  Status write(const api::Forecast& forecast, Millis deadline);

  /// Succeeds also when the Forecast is gone already.
  Status remove(const api::ObjectKey& key, Millis deadline);

  /// The Forecast was deleted: the next write creates the object again.
  void forget(const api::ObjectKey& key);

 private:
  struct Applied {
    std::string document;
    std::string uid;
    std::int64_t generation = 0;
  };

  bool is_current(const api::ObjectKey& key, const std::string& document) const;
  Status apply_object(const api::ObjectKey& key, const Json& document, Millis deadline);

  http::Transport& transport_;
  const Store<StoredForecast>& stored_;
  mutable std::mutex mutex_;
  std::map<api::ObjectKey, Applied> applied_;
};

}  // namespace aia::kube
