// Builds requests of Prometheus's query API without I/O. A long range becomes several pages, because servers limit the
// points of one request. Source: https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <vector>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/manners.h"
#include "controller/prometheus/options.h"

namespace aia::prometheus {

/// The requests that together answer `query`: one, or one per page. Optional parameters are sent as `manners` allows.
/// Errors: Invalid, when step, start or end make no sense or the query is too large; TooLarge, when the expression is
/// nested too deeply (limits.h).
Result<std::vector<http::Request>> build_requests(const ports::MetricQuery& query, const PrometheusOptions& options,
                                                  const Manners& manners, Millis deadline);

struct Page {
  WallTime start{};
  WallTime end{};
  auto operator<=>(const Page&) const = default;
};

/// Splits the grid start + k·step within [start, end] into pages of at most `max_points` points. Each point is in
/// exactly one page.
std::vector<Page> pages(WallTime start, WallTime end, Millis step, int max_points);

}  // namespace aia::prometheus
