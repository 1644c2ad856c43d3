// Dispatch by path; see routes.h.
#include "controller/serve/routes.h"

namespace aia::serve {
namespace {

HttpAnswer plain(int status, const std::string& line) {
  return {status, "text/plain; charset=utf-8", line + "\n"};
}

HttpAnswer healthz(const Health& health) {
  if (health.alive()) return plain(200, "ok");
  return plain(503, "no cycle ended for " + format_duration(health.silence()));
}

HttpAnswer readyz(const std::string& why_not) {
  return why_not.empty() ? plain(200, "ok") : plain(503, why_not);
}

}  // namespace

HttpHandler routes(const Health& health, const MetricsReporter& metrics, std::function<std::string()> why_not_ready) {
  return [&health, &metrics, why_not_ready = std::move(why_not_ready)](const std::string& path) -> HttpAnswer {
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()};
    if (path == "/healthz") return healthz(health);
    if (path == "/readyz") return readyz(why_not_ready());
    return plain(404, "not found; there are /metrics, /healthz and /readyz");
  };
}

}  // namespace aia::serve
