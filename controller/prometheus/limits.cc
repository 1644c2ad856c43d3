// Counts samples as series times grid points, gaps included, because the server evaluates gaps too. The limit inside
// ranges comes from the selectors: points per request are halved until the samples fit.
#include "controller/prometheus/limits.h"

#include <algorithm>
#include <cmath>

#include "controller/prometheus/selectors.h"

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
  const std::int64_t most =
      query.most_series > 0 ? std::min(query.most_series, options.max_series) : options.max_series;
  return std::min(most, options.max_samples / points);
}

Result<int> points_at_once(std::string_view promql, Millis step, const PrometheusOptions& options) {
  const auto found = find_selectors(promql, Grammar::Newest);
  if (!found && found.error().kind == ErrorKind::TooLarge) return found.error();  // too deeply nested to know the cost
  if (!found || found->windows.empty()) return options.max_points;
  const auto fits = [&](int points) { return samples_read(found->windows, points, step) <= options.max_samples_read; };
  int points = options.max_points;
  while (points > 1 && !fits(points)) points /= 2;
  if (fits(points)) return points;
  constexpr double kMostSaid = 1e15;
  const double samples = std::min(samples_read(found->windows, 1, step), kMostSaid);
  return Error{ErrorKind::Invalid, "the ranges and subqueries of the query go through " +
                                       std::to_string(std::llround(samples / 1e6)) +
                                       " million samples, and Prometheus stops for nobody on the way: the limit is " +
                                       std::to_string(std::llround(options.max_samples_read / 1e6)) +
                                       " million; shorten them, lengthen a subquery's step, or record the inner part"};
}

std::size_t bytes_allowed(std::int64_t points, std::int64_t series, const PrometheusOptions& options) {
  constexpr std::int64_t kEnvelope = 256 << 10;  // warnings and statistics
  constexpr std::int64_t kLabels = 1 << 10;      // of one series
  constexpr std::int64_t kPoint = 64;            // [1435781451.781,"12345.678901234567"] has 40
  const std::int64_t bytes = kEnvelope + (series + 1) * (kLabels + points * kPoint);
  return std::min(static_cast<std::size_t>(bytes), options.max_body_bytes);
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
  std::string words = "the query returns more than " + std::to_string(*allowed) + " series" +
                      (query.start ? " of " + std::to_string(points_of(query)) + " points" : "");
  if (*allowed == options.max_series)
    words += ", the limit by --max-series " + std::to_string(options.max_series);
  else if (*allowed != query.most_series)
    words += ", the limit by --max-samples " + std::to_string(options.max_samples);
  return Error{ErrorKind::Invalid, words + "; aggregate with sum()"};
}

}  // namespace aia::prometheus
