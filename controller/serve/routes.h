// Maps paths to answers: /metrics, /healthz, /readyz, and a 404 that names these paths. Health also has its own server,
// so that no load on /metrics can delay a probe.
#pragma once

#include <functional>
#include <string>

#include "controller/serve/health.h"
#include "controller/serve/http_server.h"
#include "controller/serve/metrics_reporter.h"

namespace aia::serve {

/// The reason why the controller is not ready, in one line; empty: ready.
using WhyNotReady = std::function<std::string()>;

/// Serves /healthz and /readyz. `health` must outlive the handler.
HttpHandler health_routes(const Health& health, WhyNotReady why_not_ready);

/// Serves /metrics, and /healthz and /readyz by `health`. `metrics` must outlive the handler.
HttpHandler routes(const MetricsReporter& metrics, HttpHandler health);

}  // namespace aia::serve
