// Forecast from and to JSON. Each number is there twice: in full for programs (six significant digits), and under
// status.summary as `kubectl get forecasts` shows it to people.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "controller/api/forecast.h"

namespace aia::api {

/// apiVersion, kind, metadata with its owner, and spec: what server-side apply of the object sends. No status.
nlohmann::json forecast_to_json(const Forecast& forecast);

/// status alone. Figures that are not finite are left out; fan and quantiles are cut to their bounds.
nlohmann::json forecast_status_to_json(const ForecastStatus& status);

/// Errors: Invalid, with the field's path.
Result<Forecast> forecast_from_json(const nlohmann::json& object);

}  // namespace aia::api
