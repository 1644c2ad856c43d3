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

HttpAnswer readyz(const Health& health, const std::function<std::string()>& problem) {
  if (health.synced()) return plain(200, "ok");
  const auto why = problem ? problem() : "";
  return plain(503, "the caches are not in yet" + (why.empty() ? "" : ": " + why));
}

}  // namespace

HttpHandler routes(const Health& health, const MetricsReporter& metrics, std::function<std::string()> problem) {
  return [&health, &metrics, problem = std::move(problem)](const std::string& path) -> HttpAnswer {
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()};
    if (path == "/healthz") return healthz(health);
    if (path == "/readyz") return readyz(health, problem);
    return plain(404, "not found; there are /metrics, /healthz and /readyz");
  };
}

}  // namespace aia::serve
