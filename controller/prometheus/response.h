// Answers of Prometheus's query API, parsed without I/O. Whatever is not an answer becomes an Error in words that say
// whose fault it is: the query's (Prometheus's own words), the server's, or that something else answered at this URL.
// Source: https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/ports/metrics_source.h"

namespace aia::prometheus {

/// Errors: Invalid (bad_data, execution, a text or a histogram where a number belongs), Timeout, Throttled,
/// Unauthorized, Forbidden, Unavailable (5xx, not JSON, cut off).
Result<ports::QueryAnswer> parse_response(http::Response response);

/// The first characters of what is no answer, for messages: "'<html>…'".
std::string excerpt(const std::string& body);

/// Puts the pages of one query together, series by their labels. The first page that failed fails the whole: half of a
/// history must not look like all of it.
Result<ports::QueryAnswer> stitch(std::vector<Result<ports::QueryAnswer>> pages);

}  // namespace aia::prometheus
