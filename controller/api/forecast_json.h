// Forecast from and to JSON. Demand and queue appear twice: as full figures for programs (six significant digits), and
// under status.summary as `kubectl get forecasts` shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "controller/api/forecast.h"

namespace aia::api {

/// The body for a server-side apply of the object: apiVersion, kind, metadata with the owner, and spec. No status.
nlohmann::json forecast_to_json(const Forecast& forecast);

/// The status alone. Figures that are not finite are left out; fan and quantiles are cut to the CRD's bounds.
nlohmann::json forecast_status_to_json(const ForecastStatus& status);

/// Errors: Invalid, with the field's path.
Result<Forecast> forecast_from_json(const nlohmann::json& object);

}  // namespace aia::api
