// The PromQL scanner: which selectors an expression has, whatever it is written like, and that nothing makes it crash.
#include <catch2/catch.hpp>
#include <random>

#include "controller/prometheus/duration.h"
#include "controller/prometheus/selectors.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;

namespace {

struct Row {
  std::string promql;
  std::vector<std::string> selectors;
  Millis range{0};
};

std::vector<std::string> texts(const Selectors& found) {
  std::vector<std::string> out;
  for (const auto& selector : found.all) out.push_back(selector.text);
  return out;
}

}  // namespace

TEST_CASE("selectors are found with their matchers") {
  const auto row = GENERATE(
      Row{"up", {"up"}}, Row{"1 + 2", {}}, Row{"vector(1)", {}}, Row{"\"text\"", {}},
      Row{"sum(rate(vllm:request_success_total{namespace=\"a\",pod=~\"x-.*\"}[5m]))",
          {"vllm:request_success_total{namespace=\"a\",pod=~\"x-.*\"}"},
          5min},
      Row{"sum by (pod) (rate(a[1m])) / on (pod) group_left (node) max without (x) (rate(b{}[10m]))",
          {"a", "b{}"},
          10min},
      Row{"SUM(a) BY (x)", {"a"}}, Row{"sum(a) by (x) > bool 5", {"a"}},
      Row{"a and b or c unless d atan2 e", {"a", "b", "c", "d", "e"}}, Row{"a and on() b", {"a", "b"}},
      Row{"a / ignoring(x, y,) group_right c", {"a", "c"}}, Row{"a offset 1d", {"a"}},
      Row{"a{x='1'} offset -5m", {"a{x='1'}"}}, Row{"rate(a[5m] offset 1w)", {"a"}, 5min}, Row{"a @ 1609746000", {"a"}},
      Row{"a @ start() offset 1m", {"a"}}, Row{"rate(a[2m] @ end())", {"a"}, 2min},
      Row{"max_over_time(rate(a[1m])[1h:30s])", {"a"}, 1min}, Row{"avg_over_time(a[5m:])", {"a"}},
      Row{"avg_over_time(a[1h:1m] offset 5m)", {"a"}}, Row{"rate(a[1h30m])", {"a"}, 90min},
      Row{"sum(last_over_time(a[10m]))", {"a"}}, Row{"last_over_time(a[10m]) + rate(b[1m])", {"a", "b"}, 1min},
      Row{"last_over_time(rate(a[2m])[10m:1m])", {"a"}, 2min}, Row{"max_over_time(a[10m])", {"a"}, 10min},
      Row{"rate(a[300])", {"a"}, 5min}, Row{"rate(a[1d]) + rate(b[1w])", {"a", "b"}, 168h},
      Row{"{__name__=~\"a|b\"}", {"{__name__=~\"a|b\"}"}},
      Row{"{\"quoted.metric\", x=\"1\"}", {"{\"quoted.metric\", x=\"1\"}"}},
      Row{"{\"größe.µs\",\"ein.label\"!=\"b\"}", {"{\"größe.µs\",\"ein.label\"!=\"b\"}"}},
      Row{"a{x=\"}\", y='{(', z=`\\`}", {"a{x=\"}\", y='{(', z=`\\`}"}}, Row{"a{x=\"q\\\"}\"}", {"a{x=\"q\\\"}\"}"}},
      Row{"a{x='it\\'s'}", {"a{x='it\\'s'}"}}, Row{"a # comment { with ( braces\n + b", {"a", "b"}},
      Row{"a{ # why\n x=\"1\", }", {"a{ # why\n x=\"1\", }"}},
      Row{"histogram_quantile(0.95, sum(rate(h_bucket[5m])) by (le))", {"h_bucket"}, 5min},
      Row{"label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\")", {"a"}}, Row{"quantile(.9, a)", {"a"}},
      Row{"count_values(\"v\", a)", {"a"}}, Row{"topk(3, sum by (x) (a))", {"a"}}, Row{"-a ^ -+2", {"a"}},
      Row{"Inf + NaN + +inf", {}}, Row{"1e-3 + 0x1F + .5 + 1_000", {}}, Row{"infra + nanny", {"infra", "nanny"}},
      Row{"time() - timestamp(a)", {"a"}}, Row{"absent(a)", {"a"}}, Row{":rec:ord", {":rec:ord"}},
      // Keywords name metrics where a metric may stand.
      Row{"sum + by", {"sum", "by"}}, Row{"sum(offset{x=\"1\"} offset 5m)", {"offset{x=\"1\"}"}},
      Row{"bool == bool bool", {"bool", "bool"}}, Row{"start{} + end", {"start{}", "end"}}, Row{"((a))", {"a"}},
      Row{"(a)[5m:1m]", {"a"}}, Row{"a==b", {"a", "b"}}, Row{"a\n\t+\r\nb", {"a", "b"}},
      Row{"a<=b>=c!=d", {"a", "b", "c", "d"}});
  INFO(row.promql);
  const auto found = find_selectors(row.promql);
  if (!found) FAIL(found.error().message);
  CHECK(texts(*found) == row.selectors);
  CHECK(found->longest_range == row.range);
  for (const auto& selector : found->all) {
    CHECK(row.promql.substr(selector.begin, selector.end - selector.begin) == selector.text);
    if (selector.brace) CHECK(row.promql[*selector.brace - 1] == '{');
  }
}

TEST_CASE("where a selector reads is known: its own offset and @, and those of the subqueries around it") {
  struct Where {
    std::string promql;
    std::vector<Millis> offsets;
    std::vector<std::string> at;
  };
  const auto row =
      GENERATE(Where{"a + b offset 1h", {0ms, 1h}, {"", ""}}, Where{"a{x=\"1\"} offset -5m", {-5min}, {""}},
               Where{"a offset - -5m", {5min}, {""}}, Where{"rate(a[5m] offset 90)", {90s}, {""}},
               Where{"a offset 1m @ 1609746000.5", {1min}, {"1609746000.5"}}, Where{"a @ -1 offset 1m", {1min}, {"-1"}},
               Where{"rate(a[2m] @ end())", {0ms}, {"end()"}}, Where{"a @ start ( )", {0ms}, {"start ( )"}},
               Where{"max_over_time(rate(a[1m] offset 1m)[1h:30s] offset 1h)", {61min}, {""}},
               Where{"max_over_time((a + b offset 1m)[1h:] @ 7 offset 1h) + c", {1h, 61min, 0ms}, {"7", "7", ""}},
               // What an @ pins is moved by nothing around it.
               Where{"max_over_time(a @ 5 offset 1m[1h:1m] offset 1d)", {1min}, {"5"}},
               Where{"a offset 5m[1h:1m] offset 1h", {65min}, {""}},
               Where{"a offset 292000000y", {Millis(10'000'000'000'000)}, {""}});
  INFO(row.promql);
  const auto found = find_selectors(row.promql);
  if (!found) FAIL(found.error().message);
  REQUIRE(found->all.size() == row.offsets.size());
  for (std::size_t i = 0; i < row.offsets.size(); ++i) {
    CHECK(found->all[i].offset == row.offsets[i]);
    CHECK(found->all[i].at.value_or("") == row.at[i]);
  }
}

TEST_CASE("what is newer than the classic grammar is understood where it is asked for, and refused where it is not") {
  const auto row =
      GENERATE(Row{"rate(a[1m+30s])", {"a"}, 90s}, Row{"rate(a[5m*2 - 60])", {"a"}, 9min},
               Row{"rate(a[(1m + 1m) / 2])", {"a"}, 1min}, Row{"rate(a[-(-5m)])", {"a"}, 5min},
               Row{"max_over_time(rate(a[1m*2])[1h+1h:30s*2])", {"a"}, 2min}, Row{"a offset (5m*2)", {"a"}},
               Row{"rate(a[1m] smoothed)", {"a"}, 1min}, Row{"increase(a[1m] anchored offset 1m)", {"a"}, 1min},
               Row{"a smoothed", {"a"}}, Row{"a + fill(0) b", {"a", "b"}},
               Row{"a + on (x) group_left (y) fill_left(-1) fill_right(NaN) b", {"a", "b"}},
               Row{"info(rate(a[1m]), {x=\"1\"})", {"a"}, 1min},
               Row{"sum(info(a + b, {x=\"1\"})) + c{z=\"1\"}", {"a", "b", "c{z=\"1\"}"}});
  INFO(row.promql);
  const auto found = find_selectors(row.promql, Grammar::Newest);
  if (!found) FAIL(found.error().message);
  CHECK(texts(*found) == row.selectors);
  CHECK(found->longest_range == row.range);
  const auto classic = find_selectors(row.promql);
  CHECK((!classic || texts(*classic) != texts(*found)));
}

TEST_CASE("what the newest grammar does not know either is refused") {
  const auto promql =
      GENERATE("rate(a[step()])", "rate(a[1m+])", "rate(a[0s])", "rate(a[1m-2m])", "rate(a[1m/0])", "rate(a[(1m])",
               "a + fill(0)", "a + fill(b) c", "WITH (f = {x=\"1\"}) sum(a{f})", "a default 0", "a{x=\"1\" or y=\"2\"}",
               "rate(a[5i])", "sum(a) keep_metric_names", "smoothed a", "a[5m:1m+]");
  INFO(promql);
  CHECK_FALSE(find_selectors(promql, Grammar::Newest).ok());
}

TEST_CASE("the range that MetricsQL lets be left out is five minutes, of what has none") {
  const auto range = [](const std::string& promql) { return find_selectors(promql, Grammar::Newest)->longest_range; };
  CHECK(range("sum(rate(a))") == 5min);
  CHECK(range("max_over_time(a)") == 5min);
  CHECK(range("rate(a[1m])") == 1min);
  CHECK(range("max_over_time(a[1m:10s])") == 0min);
  CHECK(range("last_over_time(a)") == 0min);
  CHECK(range("max_over_time(rate(a[1m])[1h:30s])") == 1min);
  CHECK(range("sum(a)") == 0min);
  CHECK(find_selectors("rate(a)")->longest_range == 0min);
}

TEST_CASE("offsets may be calculated") {
  const auto found = find_selectors("a offset -(5m*2 + 30)", Grammar::Newest);
  REQUIRE(found.ok());
  CHECK(found->all.at(0).offset == -(10min + 30s));
}

TEST_CASE("what is no PromQL is refused with its position") {
  struct Bad {
    std::string promql;
    int character;
  };
  const auto row = GENERATE(
      Bad{"", 1}, Bad{"   ", 1}, Bad{"a +", 4}, Bad{"sum(a", 6}, Bad{"a)", 2}, Bad{"a{x=\"1\"", 8}, Bad{"a{x=1}", 5},
      Bad{"a{x}", 4}, Bad{"a{x=\"1", 5}, Bad{"rate(a[5m)", 10}, Bad{"rate(a[5q])", 8}, Bad{"a[5m:x]", 6}, Bad{"a b", 3},
      Bad{"a offset b", 10}, Bad{"a $ b", 3}, Bad{"a ! b", 3}, Bad{"5m5", 1}, Bad{"1..2", 1}, Bad{"(a)[5m]", 7},
      Bad{"a[5m][5m]", 9}, Bad{"sum by (x", 10}, Bad{"a @ b", 5}, Bad{"a{,}", 3}, Bad{"a =~ b", 3}, Bad{"\xff", 1});
  INFO(row.promql);
  const auto found = find_selectors(row.promql);
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().kind == ErrorKind::Invalid);
  CHECK_THAT(found.error().message, Catch::Contains("at character " + std::to_string(row.character) + " "));
}

TEST_CASE("nesting without end is refused, not followed") {
  CHECK_FALSE(find_selectors(std::string(100'000, '(')).ok());
  CHECK_FALSE(find_selectors(std::string(100'000, '-')).ok());
  for (const char* deep : {"(", "-"})
    CHECK_FALSE(find_selectors("a[" + std::string(100'000, deep[0]) + "1m", Grammar::Newest).ok());
  std::string deep = "a";
  for (int i = 0; i < 100; ++i) deep = "abs(" + deep + ")";
  CHECK(find_selectors(deep).ok());
}

TEST_CASE("no bytes make the scanner crash") {
  const std::string alphabet = "ab:{}[]()\"'`\\,=~!<>+-*/%^@#\n 0159mshe._";
  const std::vector<std::string> words = {"sum",       " by ",  " on ",  "offset ", "[5m]",
                                          "{x=\"1\"}", "rate(", " and ", "bool ",   "fill(0) "};
  const auto seed = static_cast<unsigned>(GENERATE(range(1, 9)));
  std::mt19937 random(seed);
  INFO("seed " << seed);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length) {
      if (random() % 3 == 0) {
        text += words[random() % words.size()];
      } else {
        text += alphabet[random() % alphabet.size()];
      }
    }
    static_cast<void>(find_selectors(text, Grammar::Newest));
    const auto found = find_selectors(text);
    if (!found) continue;
    ++accepted;
    for (const auto& selector : found->all) {
      INFO(text);
      REQUIRE(text.substr(selector.begin, selector.end - selector.begin) == selector.text);
      // A selector alone is an expression with this one selector.
      const auto again = find_selectors(selector.text);
      REQUIRE(again.ok());
      REQUIRE(texts(*again) == std::vector<std::string>{selector.text});
    }
  }
  CHECK(accepted > 100);
}

TEST_CASE("what the server goes through: windows within windows, over the span of what is around them") {
  struct Row {
    std::string promql;
    std::int64_t points;
    Millis step;
    double samples;
  };
  const auto row =
      GENERATE(Row{"sum(a) + 1", 1, 0s, 0}, Row{"rate(a[5m])", 1, 0s, 20}, Row{"rate(a[5m])", 100, 1min, 2000},
               Row{"rate(a[5m]) + rate(b[10m])", 1, 0s, 60}, Row{"max_over_time(a[1h:1m])", 1, 0s, 60 + 20 * 61},
               Row{"max_over_time(a[1h:])", 1, 0s, 240 + 20 * 241},
               Row{"max_over_time(rate(a[5m])[1h:1m])", 1, 0s, 60 + 20 * 61 + 61 * 20},
               Row{"max_over_time(rate(a[5m])[1h:1m]) + rate(b[5m])", 1, 0s, 60 + 20 * 61 + 61 * 20 + 20},
               // the inner part once for all 121 points: 2 h back, and 1 h before
               Row{"max_over_time(rate(a[5m])[1h:1m])", 121, 1min, 121 * 60 + 20 * 181 + 181 * 20},
               Row{"max_over_time(min_over_time(rate(a[5m])[10m:1m])[1h:1m])", 1, 0s,
                   60 + 20 * 61 + 61 * 10 + 20 * 71 + 71 * 20},
               Row{"a[1h:0s]", 1, 0s, 3'600'000 + 20 * 3'600'001.0}, Row{"rate(a[1_500])", 1, 0s, 100},
               Row{"rate(a[0x3c])", 1, 0s, 4});
  INFO(row.promql);
  const auto found = find_selectors(row.promql);
  REQUIRE(found.ok());
  CHECK(samples_read(found->windows, row.points, row.step) == Approx(row.samples));
}

TEST_CASE("durations as PromQL writes them") {
  CHECK(parse_promql_duration("5m") == 5min);
  CHECK(parse_promql_duration("1d12h30m5s100ms") == 24h + 12h + 30min + 5s + 100ms);
  CHECK(parse_promql_duration("1y2w") == Millis(31'536'000'000 + 2 * 604'800'000));
  CHECK(parse_promql_duration("0s") == 0ms);
  for (const char* text : {"", "5", "m", "5m1h", "5m5m", "1.5h", "-5m", "99999999999999y", "5M", "5 m"})
    CHECK_FALSE(parse_promql_duration(text).has_value());
}
