// Requests of Prometheus's query API, built without I/O, and the pages that a long range is asked in.
// Source: https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <vector>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/manners.h"
#include "controller/prometheus/options.h"

namespace aia::prometheus {

/// The requests that together answer `query`: one, or one a page; of the optional parameters they have those in
/// `manners`. Errors: Invalid, when step or ends make no sense.
Result<std::vector<http::Request>> build_requests(const ports::MetricQuery& query, const PrometheusOptions& options,
                                                  const Manners& manners, Millis deadline);

struct Page {
  WallTime start{};
  WallTime end{};
  auto operator<=>(const Page&) const = default;
};

/// [start, end] on the grid start + k·step, cut into pages of at most `max_points` points; none lost, none twice.
std::vector<Page> pages(WallTime start, WallTime end, Millis step, int max_points);

}  // namespace aia::prometheus
