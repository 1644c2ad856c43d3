// What is served where: /metrics, /healthz, /readyz, and a 404 that names them. Health has a server of its own, so that
// nothing that is done to /metrics keeps a probe from being answered.
#pragma once

#include <functional>
#include <string>

#include "controller/serve/health.h"
#include "controller/serve/http_server.h"
#include "controller/serve/metrics_reporter.h"

namespace aia::serve {

/// Says in one line what is still missing; empty: ready.
using WhyNotReady = std::function<std::string()>;

/// /healthz and /readyz. `health` outlives the handler.
HttpHandler health_routes(const Health& health, WhyNotReady why_not_ready);

/// /metrics, and what `health` serves. `metrics` outlives the handler.
HttpHandler routes(const MetricsReporter& metrics, HttpHandler health);

}  // namespace aia::serve
