// Limits the cost of one query on both sides: the request tells the server to stop early, and a larger answer is
// refused all the same, because older servers do not know `limit`. Every refusal names the flag and the figure.
#pragma once

#include <string_view>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/options.h"

namespace aia::prometheus {

/// The number of grid points that `query` requests of each series; 1 for an instant query. Precondition: the step is
/// positive and the start is not after the end.
std::int64_t points_of(const ports::MetricQuery& query);

/// The most series that the answer may have, by --max-series, --max-samples and the query's own `most_series`. Errors:
/// Invalid, when even a single series has too many points.
Result<std::int64_t> series_allowed(const ports::MetricQuery& query, const PrometheusOptions& options);

/// How many points, `step` apart, one request for `promql` may ask for. Prometheus does not stop inside a range
/// function, even when its client is gone: promql/engine.go checks the deadline between series and between the steps of
/// a subquery. So the samples in ranges and subqueries are limited before the request is sent. A query that we cannot
/// parse (an admin allows raw PromQL) has no such limit. Errors: Invalid, when a single point already costs too much;
/// TooLarge, when `promql` is nested beyond 200 levels.
Result<int> points_at_once(std::string_view promql, Millis step, const PrometheusOptions& options);

/// The most bytes that an answer may have: a generous estimate for `series` series with labels and `points` points
/// each.
std::size_t bytes_allowed(std::int64_t points, std::int64_t series, const PrometheusOptions& options);

/// The time that the server is given for a query that we wait for until `deadline`: nine tenths of `deadline`, at most
/// --query-timeout. The server stops a little before we do, so its own timeout message still arrives.
Millis server_timeout(const PrometheusOptions& options, Millis deadline);

/// Returns `answer` unless its series are more than allowed. Errors: Invalid, with the limit; a Timeout of the server
/// gets the limit added to its message.
Result<ports::QueryAnswer> within_limits(Result<ports::QueryAnswer> answer, const ports::MetricQuery& query,
                                         const PrometheusOptions& options, Millis deadline);

}  // namespace aia::prometheus
