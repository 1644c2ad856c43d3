// Requests without a network: parameters, GET or POST, and pages that together are exactly the grid.
#include <catch2/catch.hpp>
#include <random>

#include "controller/prometheus/request.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;

namespace {

WallTime at_ms(std::int64_t ms) {
  return WallTime(Millis(ms));
}

Result<std::vector<http::Request>> build(const ports::MetricQuery& query, const PrometheusOptions& options,
                                         Millis deadline, const Manners& manners = kAllManners) {
  return build_requests(query, options, manners, deadline);
}

}  // namespace

TEST_CASE("an instant query") {
  PrometheusOptions options;
  options.headers = {{"X-Scope-OrgID", "team"}};
  const auto requests = build({"up{a=\"b+c\"}", at_ms(1'700'000'000'123)}, options, 10s);
  REQUIRE(requests.ok());
  REQUIRE(requests->size() == 1);
  CHECK(requests->front().method == "GET");
  CHECK(
      requests->front().target ==
      "/api/v1/"
      "query?query=up%7Ba%3D%22b%2Bc%22%7D&time=1700000000.123&timeout=5.000&limit=10001&nocache=1&latency_offset=1ms");
  CHECK(requests->front().headers.front().first == "X-Scope-OrgID");
}

TEST_CASE("a long query goes as a form") {
  const std::string promql = "sum(" + std::string(3000, 'a') + ")";
  const auto requests = build({promql, at_ms(60'000), at_ms(0), 15s}, {}, 1s);
  REQUIRE(requests.ok());
  REQUIRE(requests->size() == 1);
  const auto& request = requests->front();
  CHECK(request.method == "POST");
  CHECK(request.target == "/api/v1/query_range");
  CHECK(request.headers.back() ==
        std::pair<std::string, std::string>("Content-Type", "application/x-www-form-urlencoded"));
  CHECK_THAT(request.body, Catch::StartsWith("query=sum%28aaa"));
  CHECK_THAT(
      request.body,
      Catch::EndsWith("&start=0.000&end=60.000&step=15.000&timeout=0.900&limit=10001&nocache=1&latency_offset=1ms"));
}

TEST_CASE("what stands in the query of --prometheus-url goes with every request, in the URL of a form, too") {
  PrometheusOptions options;
  options.url = "https://thanos/q?tenant=a%20b&dedup=true";
  const auto instant = build({"up", at_ms(0)}, options, 1s);
  REQUIRE(instant.ok());
  CHECK_THAT(instant->front().target, Catch::StartsWith("/api/v1/query?tenant=a%20b&dedup=true&query=up&time=0.000&"));
  const auto form = build({"sum(" + std::string(3000, 'a') + ")", at_ms(60'000), at_ms(0), 15s}, options, 1s);
  REQUIRE(form.ok());
  CHECK(form->front().method == "POST");
  CHECK(form->front().target == "/api/v1/query_range?tenant=a%20b&dedup=true");
  CHECK_THAT(form->front().body, Catch::StartsWith("query=sum%28aaa") && !Catch::Contains("tenant"));
  for (const char* nothing : {"https://thanos?", "https://thanos/q"}) {
    options.url = nothing;
    CHECK_THAT(build({"up", at_ms(0)}, options, 1s)->front().target, Catch::StartsWith("/api/v1/query?query="));
  }
}

TEST_CASE("the URL of --prometheus-url is taken apart, and refused by its name") {
  const auto address = address_of("https://host:8443/prefix?tenant=a&x=%7B1%7D&flag");
  REQUIRE(address.ok());
  CHECK(address->base == "https://host:8443/prefix");
  CHECK(address->query == "tenant=a&x=%7B1%7D&flag");
  CHECK(address_of("http://prometheus:9090")->query.empty());
  CHECK(address_of("http://prometheus:9090/?")->query.empty());
  struct Row {
    std::string url, words;
  };
  const auto row = GENERATE(Row{"prometheus:9090", "http://"}, Row{"http://h?a=b#c", "percent-encoded"},
                            Row{"http://h#c", "fragment"}, Row{"http://h?a=b c", "percent-encoded"},
                            Row{"http://h?a=%g0", "percent-encoded"}, Row{"http://h?a=%2", "percent-encoded"},
                            Row{"http://h?a={x}", "percent-encoded"}, Row{"http://h?a=\xc3\xa4", "percent-encoded"},
                            Row{"http://h?=a", "without a name"}, Row{"http://h?a=1&&b=2", "without a name"},
                            Row{"http://h?a=1&timeout=3", "'timeout'"}, Row{"http://h?query=up", "'query'"},
                            Row{"http://h?qu%65ry=up", "'query'"});
  INFO(row.url);
  const auto refused = address_of(row.url);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Invalid);
  CHECK_THAT(refused.error().message, Catch::StartsWith("--prometheus-url: ") && Catch::Contains(row.words));
}

TEST_CASE("ranges that make no sense are refused") {
  CHECK_FALSE(build({"up", at_ms(0), at_ms(1), 15s}, {}, 1s).ok());
  CHECK_FALSE(build({"up", at_ms(1), at_ms(0), 0s}, {}, 1s).ok());
  CHECK_FALSE(build({"up", at_ms(1), at_ms(0), -1s}, {}, 1s).ok());
  const auto huge = build({"up", at_ms(1'700'000'000'000), at_ms(0), 1ms}, {}, 1s);
  REQUIRE_FALSE(huge.ok());
  CHECK_THAT(huge.error().message, Catch::Contains("use a longer step"));
}

TEST_CASE("a query through whose windows the server would go for long is refused, and a history has smaller pages") {
  const std::string deaf = "max_over_time(quantile_over_time(0.3, (vector(time()) % 997)[6h:1s])[1h:1s])";
  const auto refused = build({deaf, at_ms(0)}, {}, 1s);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Invalid);
  CHECK_THAT(refused.error().message, Catch::Contains("go through 78 million samples") &&
                                          Catch::Contains("the limit is 10 million") && Catch::Contains("record"));
  ports::MetricQuery by{"max_over_time(avg_over_time(a[1d])[1d:1m])", at_ms(0)};
  CHECK(build(by, {}, 1s).ok());
  by.by = ports::ByLabel{"model", {}, 8, 24h, 10min};  // what is added for the heaviest parts counts, too
  CHECK_FALSE(build(by, {}, 1s).ok());

  const auto week = at_ms(std::chrono::milliseconds(168h).count());
  CHECK(build({"sum(rate(a[5m]))", week, at_ms(0), 60s}, {}, 1s)->size() == 1);
  const auto history = build({"avg_over_time(a[1d])", week, at_ms(0), 60s}, {}, 1s);  // 5,760 samples a point
  REQUIRE(history.ok());
  CHECK(history->size() == 8);  // of 1,375 points
  const auto many = build({"max_over_time(vector(1)[2000s:20ms])", week, at_ms(0), 60s}, {}, 1s);
  REQUIRE_FALSE(many.ok());  // else each point would be a request of its own
  CHECK_THAT(many.error().message, Catch::Contains("8 pages"));
  for (const char* memory : {"max_over_time(vector(1)[6000s:1ms])", "max_over_time(a[9_9999:1][9_9999:1])",
                             "max_over_time(quantile_over_time(0.5, (vector(1))[1_5000:1])[1_5000:1])"})
    CHECK_FALSE(build({memory, at_ms(0)}, {}, 1s).ok());
  PrometheusOptions allow;
  allow.tenancy.raw_promql = RawPromql::Allow;
  CHECK_FALSE(build({std::string(210, '(') + deaf + std::string(210, ')'), at_ms(0)}, allow, 1s).ok());
  const auto endless = build({"quantile_over_time(0.3, a[1000d])", week, at_ms(0), 60s}, {}, 1s);
  REQUIRE_FALSE(endless.ok());
  CHECK_THAT(endless.error().message, Catch::Contains("8 pages of 1;") && Catch::Contains("shorten the ranges"));
}

TEST_CASE("pages are the grid: no point lost, none twice, none too many") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    const auto step = Millis(1 + static_cast<std::int64_t>(random() % 5000));
    const auto start = at_ms(static_cast<std::int64_t>(random() % 2'000'000'000'000));
    const auto points = 1 + static_cast<std::int64_t>(random() % 500);
    const auto rest = Millis(static_cast<std::int64_t>(random()) % step.count());
    const auto end = start + step * (points - 1) + std::max(rest, Millis(0));
    const int limit = 1 + static_cast<int>(random() % 60);
    INFO("round " << round << ": " << points << " points, limit " << limit);
    std::vector<WallTime> got;
    for (const auto& page : pages(start, end, step, limit)) {
      REQUIRE(page.start <= page.end);
      int count = 0;
      for (auto t = page.start; t <= page.end; t += step, ++count) got.push_back(t);
      REQUIRE(count <= limit);
    }
    REQUIRE(static_cast<std::int64_t>(got.size()) == points);
    for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == start + step * static_cast<int>(i));
  }
}
