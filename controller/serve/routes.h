// What is served where: /metrics, /healthz, /readyz, and a 404 that names them.
#pragma once

#include <functional>
#include <string>

#include "controller/serve/health.h"
#include "controller/serve/http_server.h"
#include "controller/serve/metrics_reporter.h"

namespace aia::serve {

/// `health` and `metrics` outlive the handler. `why_not_ready` says in one line what is still missing; empty: ready.
HttpHandler routes(const Health& health, const MetricsReporter& metrics, std::function<std::string()> why_not_ready);

}  // namespace aia::serve
