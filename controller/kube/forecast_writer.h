// Writes Forecasts by server-side apply: the object itself only when it is absent or not as we last wrote it, its
// status every time.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "controller/http/transport.h"
#include "controller/kube/json.h"
#include "controller/kube/store.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

/// A Forecast as the store keeps it: enough to know whose it is and whether somebody changed it.
struct StoredForecast {
  std::string uid;
  std::string owner_uid;  ///< of its controller
  std::int64_t generation = 0;
};

Trim forecast_trim();
StoredForecast stored_forecast_from_json(const Json& object);

/// What is applied: the object with owner and label aiautoscaler.io/autoscaler; its status.
Json forecast_document(const api::Forecast& forecast);
Json forecast_status_document(const api::Forecast& forecast);

class ForecastWriter {
 public:
  /// Both outlive it.
  ForecastWriter(http::Transport& transport, const Store<StoredForecast>& stored)
      : transport_(transport), stored_(stored) {}

  Status write(const api::Forecast& forecast, Millis deadline);

  /// A Forecast that is gone already is done.
  Status remove(const api::ObjectKey& key, Millis deadline);

  /// It was deleted: the next write creates it.
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
