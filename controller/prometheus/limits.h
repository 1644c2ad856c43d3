// What one query of one object may cost, held on both sides: the server is asked to stop early, and an answer that is
// larger all the same (older servers know no `limit`) is refused. Every refusal names the flag and the figure.
#pragma once

#include <string_view>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/options.h"

namespace aia::prometheus {

/// Grid points of each series that `query` asks for; 1 when it is instant. Its ends and step must make sense.
std::int64_t points_of(const ports::MetricQuery& query);

/// How many series the answer may have, by --max-series and --max-samples. Errors: Invalid, when not even one series
/// may be asked for that many points.
Result<std::int64_t> series_allowed(const ports::MetricQuery& query, const PrometheusOptions& options);

/// How many points one request for `promql` may have, `step` apart. Prometheus does not stop within a range function,
/// whoever waits for the answer no more (promql/engine.go looks at the deadline between series and between steps of a
/// subquery's inside), so that what windows hold is bounded before it is asked. Errors: Invalid, when one point is too
/// much. What cannot be read (the admin allows it) is not bounded.
Result<int> points_at_once(std::string_view promql, Millis step, const PrometheusOptions& options);

/// Bytes that an answer may have at most: what so many series with their labels and points take, generously.
std::size_t bytes_allowed(std::int64_t points, std::int64_t series, const PrometheusOptions& options);

/// How long the server may work on it when the answer is waited for until `deadline`: a little less than we wait, so
/// that its own words about the timeout arrive.
Millis server_timeout(const PrometheusOptions& options, Millis deadline);

/// `answer`, unless it has more series than allowed. Errors: Invalid; a Timeout of the server's names the limit.
Result<ports::QueryAnswer> within_limits(Result<ports::QueryAnswer> answer, const ports::MetricQuery& query,
                                         const PrometheusOptions& options, Millis deadline);

}  // namespace aia::prometheus
