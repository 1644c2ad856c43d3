// Compares paths exactly; the server has already removed the query. A 503 has the reason in its body, for an engineer
// who asks by hand.
#include "controller/serve/routes.h"

namespace aia::serve {

HttpHandler health_routes(const Health& health, WhyNotReady why_not_ready) {
  return [&health, why_not_ready = std::move(why_not_ready)](const std::string& path) -> HttpAnswer {
    if (path == "/healthz") {
      if (health.alive()) return plain_answer(200, "ok");
      return plain_answer(503, "no cycle ended for " + format_duration(health.silence()));
    }
    if (path == "/readyz") {
      const auto why_not = why_not_ready();
      return why_not.empty() ? plain_answer(200, "ok") : plain_answer(503, why_not);
    }
    return plain_answer(404, "not found; there are /healthz and /readyz here, and /metrics on --listen");
  };
}

HttpHandler routes(const MetricsReporter& metrics, HttpHandler health) {
  return [&metrics, health = std::move(health)](const std::string& path) -> HttpAnswer {
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()};
    if (path == "/healthz" || path == "/readyz") return health(path);
    return plain_answer(404, "not found; there are /metrics, /healthz and /readyz");
  };
}

}  // namespace aia::serve
