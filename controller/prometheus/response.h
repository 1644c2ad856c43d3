// Parses answers of Prometheus's query API without I/O. Everything else becomes an Error that tells whose fault the
// failure is: the query's (in Prometheus's own words), the server's, or that of a different program at this URL.
// Source: https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/ports/metrics_source.h"

namespace aia::prometheus {

/// The series of a successful answer. Errors: Invalid (bad_data, execution, a text or a histogram where a number
/// belongs), Timeout, Throttled, Unauthorized, Forbidden, Unavailable (5xx, no JSON, truncated).
Result<ports::QueryAnswer> parse_response(http::Response response);

/// The first 120 bytes of a body that is no answer, for messages: "'<html>…'".
std::string excerpt(const std::string& body);

/// Joins the pages of one query; series with equal labels become one series. The first failed page fails the whole
/// query, because half of a history must not look complete.
Result<ports::QueryAnswer> stitch(std::vector<Result<ports::QueryAnswer>> pages);

}  // namespace aia::prometheus
