// What a tenant may read: every selector carries the namespace, nothing that is not understood passes. That the
// restricted query reads what it should is shown on real engines (live_tenancy_test.cc).
#include <catch2/catch.hpp>

#include "controller/prometheus/functions.h"
#include "controller/prometheus/quote.h"
#include "controller/prometheus/selectors.h"
#include "controller/prometheus/source.h"
#include "controller/prometheus/tenancy.h"
#include "tests/controller/http/fake_transport.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;

namespace {

std::string restricted(const std::string& promql) {
  const auto result = restrict_to(promql, "namespace", "a");
  if (!result) FAIL(promql << ": " << result.error().message);
  return *result;
}

}  // namespace

TEST_CASE("every selector gets the namespace, whatever stands around it") {
  struct Row {
    std::string promql, expected;
  };
  const auto row = GENERATE(
      Row{"up", R"(up{namespace="a"})"}, Row{"up{}", R"(up{namespace="a"})"}, Row{"up{ }", R"(up{namespace="a" })"},
      Row{R"(up{x="1"})", R"(up{namespace="a",x="1"})"}, Row{R"({x="1",})", R"({namespace="a",x="1",})"},
      Row{R"({__name__=~"a|b"})", R"({namespace="a",__name__=~"a|b"})"},
      Row{R"({"my.metric"})", R"({namespace="a","my.metric"})"},
      Row{R"({'größe',"ein.label"!~'b'})", R"({namespace="a","größe","ein.label"!~"b"})"},
      Row{"rate(a[5m])", R"(rate(a{namespace="a"}[5m]))"},
      Row{"a offset -5m @ 1.5", R"(a{namespace="a"} offset -5m @ 1.5)"},
      Row{"a[5m] @ end() offset 1h", R"(a{namespace="a"}[5m] @ end() offset 1h)"},
      Row{"max_over_time(rate(a[5m])[1h:1m])", R"(max_over_time(rate(a{namespace="a"}[5m])[1h:1m]))"},
      Row{"sum by (x) (a) / on(x) group_left(y) b{z!=\"\"}",
          R"(sum by (x) (a{namespace="a"}) / on(x) group_left(y) b{namespace="a",z!=""})"},
      Row{"SUM(a) WITHOUT (namespace)", R"(SUM(a{namespace="a"}) WITHOUT (namespace))"},
      Row{"a unless ignoring(namespace) b", R"(a{namespace="a"} unless ignoring(namespace) b{namespace="a"})"},
      Row{"label_replace(a,'x',`$1\\`,\"y\",\"(.*)\")", R"~(label_replace(a{namespace="a"},"x","$1\\","y","(.*)"))~"},
      Row{"-(a)", R"(-(a{namespace="a"}))"}, Row{"a\r\n+\tb", R"(a{namespace="a"} + b{namespace="a"})"},
      Row{"a # {x=\"1\"}\n+ b#end", R"(a{namespace="a"} + b{namespace="a"})"},
      // Words that are keywords, functions or numbers elsewhere.
      Row{"sum + by", R"(sum{namespace="a"} + by{namespace="a"})"}, Row{"rate", R"(rate{namespace="a"})"},
      Row{"info", R"(info{namespace="a"})"}, Row{"inf{x=\"1\"}", R"(inf{namespace="a",x="1"})"},
      Row{"infinity + nano", R"(infinity{namespace="a"} + nano{namespace="a"})"},
      Row{"a{by=\"1\",offset='2'}", R"(a{namespace="a",by="1",offset="2"})"},
      Row{"offset offset 5m", R"(offset{namespace="a"} offset 5m)"},
      // Nothing is read, so that nothing is to be restricted.
      Row{"vector(1)", "vector(1)"}, Row{"time() > 5 + Inf", "time() > 5 + Inf"}, Row{"\"x\"", "\"x\""});
  CHECK(restricted(row.promql) == row.expected);
}

TEST_CASE("a matcher on the tenant's label is kept beside ours: it can narrow, never widen") {
  for (const char* matcher : {R"(namespace="b")", R"(namespace!="a")", R"(namespace=~".*")", R"(namespace!~"")",
                              R"("namespace"=~"a|b")", R"(namespace="")"}) {
    const std::string promql = "up{" + std::string(matcher) + "}";
    CHECK(restricted(promql) == "up{namespace=\"a\"," + std::string(matcher) + "}");
  }
  const auto once = restricted("up / rate(b{x='1'}[5m])");
  const auto twice = find_selectors(restricted(once));
  REQUIRE(twice.ok());
  for (const auto& selector : twice->all) CHECK_THAT(selector.text, Catch::Contains(R"({namespace="a",namespace="a")"));
}

TEST_CASE("the label's name and the value are the admin's and the namespace's, whatever they hold") {
  CHECK(restrict_to("up", "kubernetes_namespace", "x").value() == R"(up{kubernetes_namespace="x"})");
  CHECK(restrict_to("up", "namespace", R"(x"} or y{z=")").value() == R"(up{namespace="x\"} or y{z=\""})");
  CHECK(restrict_to("up", "namespace", "x\\").value() == R"(up{namespace="x\\"})");
  CHECK(restrict_to("up", "namespace", "x\ny\x01").value() == R"(up{namespace="x\ny\x01"})");
  CHECK_FALSE(restrict_to("up", "namespace", "").ok());
}

TEST_CASE("where engines read differently, the text that is sent leaves no choice") {
  // Prometheus ends a comment at a carriage return, MetricsQL only at a line feed.
  CHECK(restricted("a # x\r + b") == R"(a{namespace="a"} + b{namespace="a"})");
  // A backslash before a backtick: to Prometheus the string ends, to MetricsQL's scanner it goes on.
  CHECK(restricted(R"(a{x=`\`, y=`} or b{z="`, w="`"})") == R"(a{namespace="a",x="\\", y="} or b{z=\"", w="`"})");
  // Escapes are said in one way.
  CHECK(restricted(R"(a{x='\x41\u00e4\U0001F600\101\'\t'})") == R"(a{namespace="a",x="Aä😀A'\x09"})");
}

TEST_CASE("what is not understood as a whole is refused, with the place and the reason") {
  struct Row {
    std::string promql;
    int character;
    std::string words;
  };
  const auto row =
      GENERATE(Row{"", 1, "empty"}, Row{"up{", 4, "label"}, Row{"up or", 6, "expected"}, Row{"sum(up", 7, "')'"},
               Row{"info(up)", 1, "'info' is not known to read only its arguments"},
               Row{"sum(info(up, {x=\"1\"}))", 5, "'info'"}, Row{"median_over_time(up[5m])", 1, "'median_over_time'"},
               Row{"RATE(up[5m])", 1, "'RATE'"}, Row{"bool (up)", 1, "'bool'"},
               Row{"up{x=\"1\" or y=\"2\"}", 10, "'}' or ','"},               // MetricsQL
               Row{"WITH (x = up) x", 9, "')'"}, Row{"up default b", 4, ""},  // MetricsQL
               Row{"up{{x}}", 4, "label"}, Row{"rate(up[5m*2])", 11, "']'"}, Row{"up fill (0) b", 4, ""},
               Row{"up\v+ b", 3, "no place"}, Row{"up\f", 3, "no place"}, Row{std::string("up\0", 3), 3, "no place"},
               Row{"up\xc2\xa0", 3, "no place"}, Row{"größe", 3, "no place"}, Row{"up{x=\"\\q\"}", 6, "escape"},
               Row{"up{x=\"\\xff\"}", 6, "UTF-8"}, Row{"up{x='\\\"'}", 6, "escape"},
               Row{"up{x=\"a\nb\"}", 6, "not closed"}, Row{"up{x=`a}", 6, "not closed"},
               Row{"up{x=\"\xff\"}", 6, "UTF-8"}, Row{"up{x=\"\\ud800\"}", 6, "escape"}, Row{"up; b", 3, "no place"});
  INFO(row.promql);
  const auto result = restrict_to(row.promql, "namespace", "a");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::Invalid);
  CHECK_THAT(result.error().message,
             Catch::Contains("at character " + std::to_string(row.character) + " ") && Catch::Contains(row.words));
}

TEST_CASE("strings say the same after they were quoted again") {
  CHECK(unquote(R"("\x41\u00e4\101\n\'")") == std::nullopt);  // the other quote is not to be escaped
  CHECK(unquote(R"("\x41\u00e4\U0001F600\101\n\"")") == "Aä😀A\n\"");
  CHECK(unquote(R"('it\'s "so"')") == R"(it's "so")");
  CHECK(unquote(R"(`\n"'`)") == R"(\n"')");
  CHECK(unquote(R"("\a\b\f\r\t\v\\")") == "\a\b\f\r\t\v\\");
  for (const char* bad :
       {"", "\"", "\"a", "a\"", "\"\\\"", "\"\\4\"", "\"\\400\"", "\"\\x4\"", "\"\\u12\"", "\"\\U00110000\"",
        "\"\\udfff\"", "\"\xc0\x80\"", "\"\xe4\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"a\"b\""})
    CHECK(unquote(bad) == std::nullopt);
  for (const std::string text : {"", "plain", "\"'`\\", "\n\r\t\x01\x7f", "größe 😀"})
    CHECK(unquote(quote(text)) == text);
}

TEST_CASE("functions that read more than their arguments are not on the list, words of the grammar neither") {
  for (const char* known : {"sum", "SUM", "rate", "histogram_quantile", "holt_winters", "abs", "year", "avg", "topk"})
    CHECK(reads_only_its_arguments(known));
  for (const char* other : {"info", "INFO", "Rate", "bool", "on", "by", "fill", "", "union", "label_graphite_group"})
    CHECK_FALSE(reads_only_its_arguments(other));
}

TEST_CASE("the admin's switch") {
  Tenancy tenancy;
  CHECK(admit("up{x=`1`} # as it is", "a", tenancy).value() == "up{x=`1`} # as it is");
  CHECK(admit("not even PromQL", "a", tenancy).ok());
  tenancy.raw_promql = RawPromql::RestrictToNamespace;
  CHECK(admit("up", "a", tenancy).value() == R"(up{namespace="a"})");
  tenancy.raw_promql = RawPromql::Forbid;
  const auto forbidden = admit("up", "a", tenancy);
  REQUIRE_FALSE(forbidden.ok());
  CHECK(forbidden.error().kind == ErrorKind::Invalid);
  CHECK_THAT(forbidden.error().message, Catch::Contains("--raw-promql=Forbid") && Catch::Contains("ask the admin"));
  for (const char* label : {"", "__name__", "1x", "a-b", "größe", "a\"b"}) {
    tenancy.label = label;
    CHECK_FALSE(check(tenancy).ok());
    PrometheusOptions options;
    options.url = "http://127.0.0.1:1";
    options.tenancy = tenancy;
    CHECK_FALSE(make_prometheus_source(options).ok());
  }
}

TEST_CASE("why a restricted query matched nothing is asked within its namespace") {
  const auto transport = std::make_shared<http::FakeTransport>();
  transport->on([](const http::Request& request) {
    const bool whole = request.target.find("x%3D") != std::string::npos;
    return http::FakeTransport::json(R"({"status":"success","data":{"resultType":"vector","result":[)" +
                                     std::string(whole ? "" : R"({"metric":{},"value":[1,"1"]})") + "]}}");
  });
  PrometheusOptions options;
  options.tenancy.raw_promql = RawPromql::RestrictToNamespace;
  PrometheusSource source(transport, options, kAllManners);
  const auto admitted = source.admit("sum(rate(up{x=\"1\"}[5m]))", "a");
  REQUIRE(admitted.ok());
  const auto why = source.why_empty({{*admitted, "a"}}, WallTime{}, 1s).at(0);
  CHECK_THAT(why, Catch::StartsWith("no series of up{namespace=\"a\"} has x=\"1\"") &&
                      Catch::EndsWith("; this controller holds queries to namespace=\"a\" (--raw-promql)"));
  REQUIRE(transport->sent().size() == 4);
  for (const auto& sent : transport->sent()) CHECK_THAT(sent.request.target, Catch::Contains("namespace%3D%22a%22"));
}

TEST_CASE("a restricted query's evidence is restricted, too") {
  const auto transport = std::make_shared<http::FakeTransport>();
  PrometheusOptions options;
  options.tenancy.raw_promql = RawPromql::RestrictToNamespace;
  PrometheusSource source(transport, options, kAllManners);
  const auto admitted = source.admit("sum(up) / b", "a");
  REQUIRE(admitted.ok());
  static_cast<void>(source.evidence({{*admitted}}, WallTime{}, 1s));
  REQUIRE(transport->sent().size() == 2);
  for (const auto& sent : transport->sent()) CHECK_THAT(sent.request.target, Catch::Contains("namespace%3D%22a%22"));
}
