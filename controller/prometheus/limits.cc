// Samples are counted as series times grid points, gaps included: what the server had to evaluate.
#include "controller/prometheus/limits.h"

#include <algorithm>

namespace aia::prometheus {

std::int64_t points_of(const ports::MetricQuery& query) {
  return query.start ? (query.end - *query.start) / query.step + 1 : 1;
}

Result<std::int64_t> series_allowed(const ports::MetricQuery& query, const PrometheusOptions& options) {
  const auto points = points_of(query);
  if (points > options.max_samples)
    return Error{ErrorKind::Invalid,
                 "range query: " + std::to_string(points) + " points are more than the --max-samples " +
                     std::to_string(options.max_samples) + " that a query may return; use a longer step"};
  return std::min<std::int64_t>(options.max_series, options.max_samples / points);
}

Millis server_timeout(const PrometheusOptions& options, Millis deadline) {
  return std::max(Millis(1), std::min(options.query_timeout, deadline * 9 / 10));
}

Result<ports::QueryAnswer> within_limits(Result<ports::QueryAnswer> answer, const ports::MetricQuery& query,
                                         const PrometheusOptions& options, Millis deadline) {
  if (!answer) {
    auto error = answer.error();
    if (error.kind == ErrorKind::Timeout)
      error.message += "; a query has " + format_duration(server_timeout(options, deadline)) +
                       " (--query-timeout, within half a cycle)";
    return error;
  }
  const auto allowed = series_allowed(query, options);
  if (!allowed) return allowed.error();
  if (static_cast<std::int64_t>(answer->series.size()) <= *allowed) return answer;
  const bool by_series = *allowed == options.max_series;
  return Error{ErrorKind::Invalid, "the query returns more than " + std::to_string(*allowed) + " series" +
                                       (query.start ? " of " + std::to_string(points_of(query)) + " points" : "") +
                                       ", the limit by " +
                                       (by_series ? "--max-series " + std::to_string(options.max_series)
                                                  : "--max-samples " + std::to_string(options.max_samples)) +
                                       "; aggregate with sum()"};
}

}  // namespace aia::prometheus
