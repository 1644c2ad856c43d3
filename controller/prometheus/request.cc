// Times go out in seconds with milliseconds, exactly; the server is told to stop a little before we stop listening, so
// that its own words about the timeout arrive.
#include "controller/prometheus/request.h"

#include <algorithm>
#include <cstdio>

#include "controller/http/url.h"

namespace aia::prometheus {
namespace {

std::string seconds(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%s%lld.%03lld", ms < 0 ? "-" : "", static_cast<long long>(std::abs(ms) / 1000),
                static_cast<long long>(std::abs(ms) % 1000));
  return text;
}

std::string seconds(WallTime time) {
  return seconds(time.time_since_epoch().count());
}

http::Request request(const std::string& path, const http::Query& query, const PrometheusOptions& options) {
  http::Request out;
  out.headers = options.headers;
  out.headers.emplace_back("Accept", "application/json");
  if (path.size() + query.str().size() < options.max_get_bytes) {
    out.target = query.after(path);
    return out;
  }
  out.method = "POST";
  out.target = path;
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
                                                  Millis deadline) {
  const auto invalid = [](const std::string& why) { return Error{ErrorKind::Invalid, "range query: " + why}; };
  const std::string timeout = seconds(std::max<std::int64_t>(1, (deadline * 9 / 10).count()));
  if (!query.start) {
    http::Query q;
    q.add("query", query.promql).add("time", seconds(query.end)).add("timeout", timeout);
    return std::vector{request("/api/v1/query", q, options)};
  }
  if (query.step <= Millis(0)) return invalid("the step must be positive");
  if (*query.start > query.end) return invalid("it starts after it ends");
  const auto points = (query.end - *query.start) / query.step + 1;
  const std::int64_t limit = static_cast<std::int64_t>(options.max_points) * options.max_pages;
  if (options.max_points < 1 || points > limit)
    return invalid(std::to_string(points) + " points are more than " + std::to_string(options.max_pages) +
                   " pages of " + std::to_string(options.max_points) + "; use a longer step");
  std::vector<http::Request> out;
  for (const auto& page : pages(*query.start, query.end, query.step, options.max_points)) {
    http::Query q;
    q.add("query", query.promql).add("start", seconds(page.start)).add("end", seconds(page.end));
    q.add("step", seconds(query.step.count())).add("timeout", timeout);
    out.push_back(request("/api/v1/query_range", q, options));
  }
  return out;
}

}  // namespace aia::prometheus
