// Writes times in seconds with exactly three decimals, so no millisecond is lost. By default VictoriaMetrics hides the
// newest 30 s, answers from a cache and moves the ends of a range to fit the cache. nocache and latency_offset switch
// this off, and Prometheus ignores both (https://docs.victoriametrics.com/#prometheus-querying-api-enhancements;
// measured in docs/monitoring.md).
#include "controller/prometheus/request.h"

#include <algorithm>
#include <cstdio>

#include "controller/http/url.h"
#include "controller/prometheus/by_label.h"
#include "controller/prometheus/limits.h"

namespace aia::prometheus {
namespace {

constexpr int kMostCostlyPages = 8;  // for a history with long windows; the loop then asks for fewer points

std::string seconds(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%s%lld.%03lld", ms < 0 ? "-" : "", static_cast<long long>(std::abs(ms) / 1000),
                static_cast<long long>(std::abs(ms) % 1000));
  return text;
}

std::string seconds(WallTime time) {
  return seconds(time.time_since_epoch().count());
}

/// Adds the optional parameters that the server accepts. The limit is one series above the allowed number, to notice an
/// answer with too many.
void add_manners(http::Query& query, const Manners& manners, const PrometheusOptions& options, std::int64_t series,
                 Millis deadline) {
  if (manners.timeout) query.add("timeout", seconds(server_timeout(options, deadline).count()));
  if (manners.limit) query.add("limit", std::to_string(series + 1));
  if (manners.victoria)
    query.add("nocache", "1").add("latency_offset", "1ms");  // VictoriaMetrics refuses an offset of 0
}

/// The path, with the query part of --prometheus-url in front of `query`.
std::string target_of(const std::string& path, const std::string& query, const PrometheusOptions& options) {
  const auto begin = options.url.find('?');
  std::string all = begin == std::string::npos ? "" : options.url.substr(begin + 1);
  if (!all.empty() && !all.ends_with('&') && !query.empty()) all += '&';
  all += query;
  return all.empty() ? path : path + '?' + all;
}

http::Request request(const std::string& path, const http::Query& query, const ports::MetricQuery& asked,
                      std::size_t most_bytes, const PrometheusOptions& options) {
  http::Request out;
  out.reads = true;
  out.tenant = asked.tenant;
  out.max_body_bytes = most_bytes;
  out.headers = options.headers;
  out.headers.emplace_back("Accept", "application/json");
  out.target = target_of(path, query.str(), options);
  if (out.target.size() <= options.max_get_bytes) return out;
  out.method = "POST";
  out.target = target_of(path, "", options);
  out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  out.body = query.str();
  return out;
}

}  // namespace

std::vector<Page> pages(WallTime start, WallTime end, Millis step, int max_points) {
  std::vector<Page> out;
  for (WallTime at = start; at <= end;) {
    const WallTime last = at + step * (max_points - 1);
    out.push_back({at, std::min(last, end)});
    at = last + step;
  }
  return out;
}

Result<std::vector<http::Request>> build_requests(const ports::MetricQuery& query, const PrometheusOptions& options,
                                                  const Manners& manners, Millis deadline) {
  const auto invalid = [](const std::string& why) { return Error{ErrorKind::Invalid, "range query: " + why}; };
  const std::string expression = query.by ? by_label(query.promql, *query.by) : query.promql;
  const auto at_once = points_at_once(expression, query.step, options);
  if (!at_once) return at_once.error();
  if (!query.start) {
    const auto allowed = series_allowed(query, options);
    if (!allowed) return allowed.error();
    http::Query q;
    q.add("query", expression).add("time", seconds(query.end));
    add_manners(q, manners, options, *allowed, deadline);
    return std::vector{request("/api/v1/query", q, query, bytes_allowed(1, *allowed, options), options)};
  }
  if (query.step <= Millis(0)) return invalid("the step must be positive");
  if (*query.start > query.end) return invalid("it starts after it ends");
  const auto allowed = series_allowed(query, options);
  if (!allowed) return allowed.error();
  const auto points = points_of(query);
  const bool is_costly = *at_once < options.max_points;
  const int most_pages = is_costly ? std::min(kMostCostlyPages, options.max_pages) : options.max_pages;
  const std::int64_t limit = static_cast<std::int64_t>(*at_once) * most_pages;
  if (*at_once < 1 || points > limit)
    return invalid(std::to_string(points) + " points are more than " + std::to_string(most_pages) + " pages of " +
                   std::to_string(*at_once) +
                   (is_costly ? "; shorten the ranges and subqueries of the query" : "; use a longer step"));
  std::vector<http::Request> out;
  for (const auto& page : pages(*query.start, query.end, query.step, *at_once)) {
    http::Query q;
    q.add("query", expression).add("start", seconds(page.start)).add("end", seconds(page.end));
    q.add("step", seconds(query.step.count()));
    add_manners(q, manners, options, *allowed, deadline);
    out.push_back(request("/api/v1/query_range", q, query,
                          bytes_allowed((page.end - page.start) / query.step + 1, *allowed, options), options));
  }
  return out;
}

}  // namespace aia::prometheus
