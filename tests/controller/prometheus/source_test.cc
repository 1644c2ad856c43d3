// The source over a scripted transport: batches, pages, credentials, and how evidence is asked and reduced.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "controller/prometheus/source.h"
#include "tests/controller/http/fake_transport.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;
using http::FakeTransport;

namespace {

const WallTime kNow{Millis(1'700'000'000'000)};

std::string vector(const std::string& elements, const std::string& more = "") {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + elements + "]}" + more + "}";
}

std::string pod(const std::string& name, double at_s) {
  return R"({"metric":{"namespace":"s","pod":")" + name + R"("},"value":[1700000000,")" + std::to_string(at_s) + "\"]}";
}

struct Fixture {
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  PrometheusSource source{transport, {}, kAllManners};
};

bool asks(const http::Request& request, const std::string& part) {
  return request.target.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one query's failure is its own") {
  Fixture f;
  f.transport->on([](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (asks(request, "query=good")) return FakeTransport::json(vector(pod("a", 1)));
    if (asks(request, "query=late")) return Error{ErrorKind::Timeout, "late"};
    if (asks(request, "query=wrong"))
      return FakeTransport::json(R"({"status":"error","errorType":"bad_data","error":"unknown function"})", 400);
    return FakeTransport::json("<html>", 502);
  });
  const auto answers = f.source.query({{"good", kNow},
                                       {"late", kNow},
                                       {"refused", kNow, kNow + 1s, 1s},
                                       {"wrong", kNow},
                                       {"proxy", kNow},
                                       {"good", kNow}},
                                      2s);
  REQUIRE(answers.size() == 6);
  CHECK(answers[0].ok());
  CHECK(answers[1].error().kind == ErrorKind::Timeout);
  CHECK(answers[2].error().kind == ErrorKind::Invalid);
  CHECK_THAT(answers[3].error().message, Catch::Contains("unknown function"));
  CHECK(answers[4].error().kind == ErrorKind::Unavailable);
  CHECK(answers[5].ok());
  CHECK(f.transport->sent().size() == 5);  // the range that starts after its end was never asked
}

TEST_CASE("an instant query that gives ranges is told so") {
  Fixture f;
  f.transport->answer(FakeTransport::json(
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"2"]]}]}})"));
  const auto answers = f.source.query({{"up[5m]", kNow}}, 2s);
  REQUIRE_FALSE(answers[0].ok());
  CHECK_THAT(answers[0].error().message, Catch::Contains("rate()"));
}

TEST_CASE("evidence names each pod once for each selector, with its newest sample") {
  Fixture f;
  f.transport->on([](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (asks(request, "timestamp%28a%7B")) return FakeTransport::json(vector(pod("x", 100.5) + "," + pod("y", 90)));
    if (asks(request, "timestamp%28b%29")) return FakeTransport::json(vector(pod("x", 95) + "," + pod("z", 101)));
    return std::nullopt;
  });
  const auto evidence = f.source.evidence({{"sum(rate(a{x=\"1\"}[5m])) / sum(b)"}, {"sum(b)"}}, kNow, 2s);
  REQUIRE(evidence.size() == 2);
  REQUIRE(evidence[0].ok());
  CHECK(evidence[0]->complete);
  CHECK(evidence[0]->rate_window == 5min);
  REQUIRE(evidence[0]->pods.size() == 4);
  CHECK(evidence[0]->pods[0].ns == "s");
  CHECK(evidence[0]->pods[0].pod == "x");
  CHECK(evidence[0]->pods[0].selector == 0);
  CHECK(evidence[0]->pods[0].newest == WallTime(Millis(100'500)));
  CHECK(evidence[0]->pods[2].pod == "x");
  CHECK(evidence[0]->pods[2].selector == 1);
  CHECK(evidence[0]->pods[2].newest == WallTime(Millis(95'000)));
  CHECK(evidence[0]->pods[3].newest == WallTime(Millis(101'000)));
  CHECK(evidence[0]->unseen.empty());
  CHECK(evidence[1]->pods.size() == 2);
  CHECK(f.transport->sent().size() == 2);  // b is asked once for both
}

TEST_CASE("a selector that matches nothing is named, however fresh the others are") {
  Fixture f;
  f.transport->on([](const http::Request& request) -> std::optional<Result<http::Response>> {
    return FakeTransport::json(vector(asks(request, "timestamp%28a%29") ? pod("x", 100) : ""));
  });
  const auto evidence = f.source.evidence({{"sum(a) + (sum(b{y='1'}) or vector(0))"}, {"a + a"}}, kNow, 2s);
  CHECK(evidence[0]->unseen == std::vector<std::string>{"b{y='1'}"});
  CHECK(evidence[0]->pods.size() == 1);
  CHECK(evidence[1]->unseen.empty());
  CHECK(evidence[1]->pods.size() == 1);  // the same selector twice is one
}

TEST_CASE("evidence is asked where the value is read: an hour-old value is an hour old") {
  Fixture f;
  f.transport->on([](const http::Request&) { return FakeTransport::json(vector(pod("x", 100))); });
  const auto evidence =
      f.source.evidence({{"sum(a offset 1h) + sum(a)"}, {"max_over_time(a[5m:1m] @ end() offset -1m)"}}, kNow, 2s);
  CHECK(evidence[0]->pods.size() == 2);
  const auto sent = f.transport->sent();
  REQUIRE(sent.size() == 3);
  CHECK(asks(sent[0].request, "timestamp%28a%20offset%203600000ms%29%29"));
  CHECK(asks(sent[1].request, "timestamp%28a%29%29"));
  CHECK(asks(sent[2].request, "timestamp%28a%20%40%20end%28%29%20offset%20-60000ms%29%29"));
}

TEST_CASE("evidence of a series without the label, of none, and with warnings") {
  Fixture f;
  f.transport->answer(FakeTransport::json(vector(R"({"metric":{},"value":[1,"100"]})")));
  f.transport->answer(FakeTransport::json(vector("")));
  f.transport->answer(FakeTransport::json(vector(pod("x", 1), R"(,"warnings":["a store is down"])")));
  const auto evidence = f.source.evidence({{"gateway"}, {"nothing"}, {"partly"}, {"1 + 1"}}, kNow, 2s);
  REQUIRE(evidence.size() == 4);
  REQUIRE(evidence[0]->pods.size() == 1);
  CHECK(evidence[0]->pods[0].pod.empty());
  CHECK(evidence[1]->pods.empty());
  CHECK(evidence[1]->complete);
  CHECK_FALSE(evidence[2]->complete);
  CHECK_FALSE(evidence[3]->complete);
}

TEST_CASE(
    "what is not understood is said to be unread where PromQL goes as it is, and an error where it is restricted") {
  const std::string promql = GENERATE("WITH (f = {x='1'}) sum(a{f})", "sum(a) default 0", "rate(a[step()])");
  const auto transport = std::make_shared<FakeTransport>();
  PrometheusOptions options;
  const auto evidence = PrometheusSource(transport, options, kAllManners).evidence({{promql}}, kNow, 2s);
  REQUIRE(evidence.at(0).ok());
  CHECK_THAT(evidence[0]->unread, Catch::StartsWith("PromQL at character "));
  CHECK(evidence[0]->pods.empty());
  options.tenancy.raw_promql = RawPromql::RestrictToNamespace;
  const auto strict = PrometheusSource(transport, options, kAllManners).evidence({{promql}}, kNow, 2s);
  REQUIRE_FALSE(strict.at(0).ok());
  CHECK(strict[0].error().kind == ErrorKind::Invalid);
  CHECK(transport->sent().empty());
}

TEST_CASE("newer PromQL has its evidence where it goes as it is") {
  const auto transport = std::make_shared<FakeTransport>();
  transport->on([](const http::Request&) { return FakeTransport::json(vector(pod("x", 100))); });
  PrometheusOptions options;
  const std::string promql = "sum(rate(a[1m + 1m] smoothed offset (1m*2)))";
  const auto evidence = PrometheusSource(transport, options, kAllManners).evidence({{promql}}, kNow, 2s);
  REQUIRE(evidence.at(0).ok());
  CHECK(evidence[0]->unread.empty());
  CHECK(evidence[0]->pods.size() == 1);
  CHECK(evidence[0]->rate_window == 2min);
  CHECK(asks(transport->sent().at(0).request, "timestamp%28a%20offset%20120000ms%29%29"));
  options.tenancy.raw_promql = RawPromql::RestrictToNamespace;
  CHECK_FALSE(PrometheusSource(transport, options, kAllManners).evidence({{promql}}, kNow, 2s).at(0).ok());
}

TEST_CASE("evidence that cannot be had names its selector") {
  Fixture f;
  const auto evidence = f.source.evidence({{"a + b"}}, kNow, 2s);
  REQUIRE_FALSE(evidence[0].ok());
  CHECK_THAT(evidence[0].error().message, Catch::StartsWith("evidence for a: "));
}

TEST_CASE("an answer beyond the limits is refused, naming flag and figure, one at the limit passes") {
  const auto transport = std::make_shared<FakeTransport>();
  PrometheusOptions options;
  options.max_series = 2;
  options.max_samples = 60;
  PrometheusSource source(transport, options, kAllManners);
  const std::string two = pod("a", 1) + "," + pod("b", 1);
  transport->answer(FakeTransport::json(vector(two)));
  transport->answer(FakeTransport::json(vector(two + "," + pod("c", 1))));
  transport->answer(FakeTransport::json(vector(two)));
  transport->answer(FakeTransport::json(vector(two)));
  const auto answers = source.query({{"two", kNow},
                                     {"three", kNow},
                                     {"thirty", kNow, kNow - 29s, 1s},
                                     {"thirty-one", kNow, kNow - 30s, 1s},
                                     {"too long", kNow, kNow - 60s, 1s}},
                                    2s);
  CHECK(answers[0].ok());
  CHECK(answers[1].error().kind == ErrorKind::Invalid);
  CHECK_THAT(answers[1].error().message, Catch::Contains("more than 2 series") && Catch::Contains("--max-series 2"));
  CHECK(answers[2].ok());
  CHECK_THAT(answers[3].error().message,
             Catch::Contains("more than 1 series of 31 points") && Catch::Contains("--max-samples 60"));
  CHECK_THAT(answers[4].error().message, Catch::Contains("61 points are more than the --max-samples 60"));
  const auto sent = transport->sent();
  REQUIRE(sent.size() == 4);  // what cannot be within the limits is not asked
  CHECK(asks(sent[0].request, "&limit=3&"));
  CHECK(asks(sent[2].request, "&limit=3&"));
  CHECK(asks(sent[3].request, "&limit=2&"));
}

TEST_CASE("the server is given --query-timeout, never more than what is left of half a cycle") {
  const auto transport = std::make_shared<FakeTransport>();
  PrometheusOptions options;
  options.query_timeout = 1500ms;
  PrometheusSource source(transport, options, kAllManners);
  const std::string slow = R"({"status":"error","errorType":"timeout","error":"query timed out"})";
  transport->answer(FakeTransport::json(slow, 503));
  const auto answers = source.query({{"slow", kNow}}, 7s);
  CHECK(answers[0].error().kind == ErrorKind::Timeout);
  CHECK_THAT(answers[0].error().message,
             Catch::Contains("query timed out") && Catch::Contains("1.5s (--query-timeout"));
  static_cast<void>(source.query({{"slow", kNow}}, 1s));
  CHECK(asks(transport->sent()[0].request, "timeout=1.500"));
  CHECK(transport->sent()[0].deadline == 7s);
  CHECK(asks(transport->sent()[1].request, "timeout=0.900"));
}

TEST_CASE("credentials become the Authorization header") {
  PrometheusOptions options;
  options.url = "http://p:9090";
  CHECK_FALSE(transport_options(options)->authorization);
  options.username = "Aladdin";
  options.password = "open sesame";
  CHECK(transport_options(options)->authorization() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  options.password = "o";
  CHECK(transport_options(options)->authorization() == "Basic QWxhZGRpbjpv");
  options.password = "op";
  CHECK(transport_options(options)->authorization() == "Basic QWxhZGRpbjpvcA==");
  options.bearer_token = "t";
  CHECK_FALSE(transport_options(options).ok());
  options.username.clear();
  CHECK(transport_options(options)->authorization() == "Bearer t");
}

TEST_CASE("a token file is read again, and kept while it cannot be read") {
  const auto file = std::filesystem::temp_directory_path() / ("aia-token-" + std::to_string(getpid()));
  PrometheusOptions options;
  options.url = "http://p:9090";
  options.bearer_token_file = file.string();
  CHECK_FALSE(transport_options(options).ok());
  std::ofstream(file) << "one\n";
  const auto made = transport_options(options);
  REQUIRE(made.ok());
  CHECK(made->authorization() == "Bearer one");
  std::ofstream(file) << "two";
  CHECK(made->authorization() == "Bearer two");
  std::filesystem::remove(file);
  CHECK(made->authorization() == "Bearer two");
}

TEST_CASE("options that cannot work are refused at start") {
  PrometheusOptions options;
  options.url = "prometheus:9090";
  const auto source = make_prometheus_source(options);
  REQUIRE_FALSE(source.ok());
  CHECK(source.error().kind == ErrorKind::Invalid);
}

TEST_CASE("an answer may be as large as what was asked for, and no larger than the limit") {
  Fixture f;
  f.transport->on([](const http::Request&) { return std::optional(Result(FakeTransport::json(vector("")))); });
  ports::MetricQuery value{"value", kNow}, week{"week", kNow, kNow - 168h, 60s};
  value.most_series = week.most_series = 1;
  static_cast<void>(f.source.query({value, week, {"evidence", kNow}}, 2s));
  const auto sent = f.transport->sent();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].request.max_body_bytes < 300'000);
  CHECK(sent[1].request.max_body_bytes > 10'080 * 50);
  CHECK(sent[1].request.max_body_bytes < 2'000'000);
  CHECK(sent[2].request.max_body_bytes < PrometheusOptions{}.max_body_bytes);
  CHECK(asks(sent[0].request, "limit=2&"));
  CHECK(sent[0].request.reads);

  ports::MetricQuery costly{"avg_over_time(a[1d])", kNow, kNow - 168h, 60s};  // in eight pages
  costly.most_series = 1;
  static_cast<void>(f.source.query({costly}, 2s));
  for (const auto& page : f.transport->sent())
    if (asks(page.request, "avg_over_time")) CHECK(page.request.max_body_bytes < 500'000);
}

TEST_CASE("a query of more selectors than a few dozen is not asked about, and says so") {
  Fixture f;
  std::string promql = "a0";
  for (int i = 1; i <= 32; ++i) promql += "+a" + std::to_string(i);
  CHECK(f.source.evidence_queries(promql) == 0);
  const auto evidence = f.source.evidence({{promql}}, kNow, 2s);
  REQUIRE_FALSE(evidence[0].ok());
  CHECK_THAT(evidence[0].error().message, Catch::Contains("33 series selectors"));
  CHECK(f.transport->sent().empty());
  CHECK(f.source.evidence_queries("a + a + b") == 2);
}

TEST_CASE("namespaces share the sources of a batch: too many of one are refused, another's are not") {
  PrometheusOptions options;
  options.max_sources = 10;
  Fixture f;
  PrometheusSource source{f.transport, options};
  f.transport->on([](const http::Request& request) -> std::optional<Result<http::Response>> {
    std::string many = pod("p0", 1);
    for (int i = 1; i < 4; ++i) many += "," + pod("p" + std::to_string(i), 1);
    return FakeTransport::json(vector(asks(request, "few") ? pod("x", 1) : many));
  });
  const auto evidence = source.evidence({{"many1", "a"}, {"many2", "a"}, {"few", "z"}}, kNow, 2s);
  CHECK(evidence[0].ok());
  REQUIRE_FALSE(evidence[1].ok());
  CHECK_THAT(evidence[1].error().message, Catch::Contains("namespace a"));
  CHECK(evidence[2].ok());
  const auto same = source.evidence({{"many1 + many2", "a"}, {"many2", "z"}}, kNow, 2s);
  CHECK_FALSE(same[0].ok());
  CHECK(same[1].ok());  // that a has asked about it, too, is not z's
}
