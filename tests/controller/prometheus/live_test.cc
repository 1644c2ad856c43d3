// Against a real Prometheus, or VictoriaMetrics, with a back-filled past: what the source reads is what was written,
// paging included, and evidence tells the true age and the pods that are missing. Where VictoriaMetrics differs the
// tests say how; docs/monitoring.md has the list.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "controller/prometheus/source.h"
#include "tests/controller/prometheus/live_prometheus.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;

namespace {

constexpr int kMinutes = 8 * 24 * 60;  // 8 days: one more than 11,000 points of a minute allow

/// The newest sample of the history: a full minute, some minutes ago.
const WallTime kEnd = std::chrono::floor<std::chrono::minutes>(
    std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()) - 15min);

/// The moment at which the test began, in whole seconds: for what must be seen at once.
const WallTime kNow =
    std::chrono::floor<std::chrono::seconds>(std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()));

double demand(int minute, int pod) {
  return 100.0 * (pod + 1) + 50.0 * std::sin(minute / 229.2) + minute % 7;
}

std::string line(const std::string& series, const std::string& value, WallTime at) {
  return series + " " + value + " " + std::to_string(at.time_since_epoch().count() / 1000) + "\n";
}

std::string line(const std::string& series, double value, WallTime at) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", value);
  return line(series, std::string(text), at);
}

std::string labels(const std::string& name, int pod) {
  return name + "{namespace=\"serving\",pod=\"p" + std::to_string(pod) + "\"}";
}

std::string long_history() {
  std::string text = "# TYPE demand gauge\n";
  for (int pod = 0; pod < 3; ++pod)
    for (int i = 0; i <= kMinutes; ++i)
      text += line(labels("demand", pod), demand(i, pod), kEnd - std::chrono::minutes(kMinutes - i));
  return text + "# EOF\n";
}

std::string short_history() {
  std::string text = "# TYPE counted counter\n";
  for (int i = 20; i >= 0; --i)
    text += line("counted_total{pod=\"p0\"}", 60.0 * (20 - i), kEnd - std::chrono::minutes(i));
  text += "# TYPE half gauge\n";
  for (int pod = 0; pod < 4; ++pod)  // p2 and p3 ended 20 minutes ago
    for (int i = 30; i >= (pod < 2 ? 0 : 20); --i) text += line(labels("half", pod), 1, kEnd - std::chrono::minutes(i));
  text += "# TYPE late gauge\n" + line(labels("late", 0), 5, kEnd - 4min);
  text += "# TYPE gateway gauge\n" + line("gateway", 7, kEnd);
  text += "# TYPE nothing gauge\n" + line("nothing", "NaN", kEnd);
  text += "# TYPE infinite gauge\n" + line("infinite", "+Inf", kEnd);
  text += "# TYPE zero gauge\n" + line("zero", 0, kEnd);
  text += "# TYPE clients gauge\n";
  for (int i = 30; i >= 0; --i) {
    const WallTime at = kEnd - std::chrono::minutes(i);
    for (int pod = 0; pod < 2; ++pod) {  // in all: 20 of acme, 8 of a client with a name from hell, 2 of b, 6 of nobody
      const std::string where = "pod=\"p" + std::to_string(pod) + "\"";
      text += line("clients{client=\"acme\"," + where + "}", 10, at);
      text += line(R"(clients{client="a\"\\ $1 ü",)" + where + "}", 4, at);
      if (i < 10) text += line("clients{client=\"b\"," + where + "}", 1, at);
      text += line("clients{" + where + "}", 3, at);
    }
  }
  text += "# TYPE fresh gauge\n";
  for (int i = 10; i >= 0; --i) text += line("fresh", i, kNow - std::chrono::seconds(i));
  return text + "# EOF\n";
}

LivePrometheus& live() {
  static LivePrometheus prometheus(short_history());
  return prometheus;
}

std::unique_ptr<ports::MetricsSource> connect(const LivePrometheus& to, PrometheusOptions options = {}) {
  options.url = to.url();
  auto source = make_prometheus_source(options);
  REQUIRE(source.ok());
  return std::move(source).value();
}

ports::QueryAnswer ask(ports::MetricsSource& source, const ports::MetricQuery& query) {
  auto answers = source.query({query}, 20s);
  if (!answers[0]) FAIL(query.promql << ": " << answers[0].error().message);
  return *answers[0];
}

}  // namespace

TEST_CASE("eight days at a minute come back as they were written", "[live]") {
  static const LivePrometheus prometheus(long_history());
  PrometheusOptions options;
  options.max_points = GENERATE(11'000, 997);
  const auto source = connect(prometheus, options);
  const auto answer = ask(*source, {"demand", kEnd, kEnd - std::chrono::minutes(kMinutes), 60s});
  REQUIRE(answer.series.size() == 3);
  for (const auto& series : answer.series) {
    const int pod = series.labels.at("pod")[1] - '0';
    REQUIRE(series.samples.size() == kMinutes + 1);
    int wrong = 0;
    for (int i = 0; i <= kMinutes; ++i) {
      const auto& sample = series.samples[static_cast<std::size_t>(i)];
      // VictoriaMetrics keeps decimals with one exponent for a block of samples: some twelve digits.
      const double written = demand(i, pod), off = prometheus.victoria() ? 1e-12 * written : 0;
      if (sample.time != kEnd - std::chrono::minutes(kMinutes - i) || !(std::abs(sample.value - written) <= off))
        ++wrong;
    }
    CHECK(wrong == 0);
  }
  CHECK(answer.warnings.empty());
}

TEST_CASE("a total and its parts are of the same moment, whatever a part is called", "[live]") {
  const auto source = connect(live());
  const std::string hell = R"(a"\ $1 ü)", query = "clients # by client";
  const auto totals = [](const ports::QueryAnswer& answer) {
    std::map<std::string, double> found;  // by client; the whole has no name
    for (const auto& series : answer.series) {
      CHECK(series.labels.size() <= 1);
      const auto client = series.labels.find("client");
      found[client == series.labels.end() ? "" : client->second] = series.samples.back().value;
    }
    return found;
  };
  using Totals = std::map<std::string, double>;
  ports::MetricQuery asked{query, kEnd, std::nullopt, 0s, ports::ByLabel{"client"}};
  CHECK(totals(ask(*source, asked)) == Totals{{"", 36}});
  asked.by->values = {"acme", hell, "nobody"};
  CHECK(totals(ask(*source, asked)) == Totals{{"", 36}, {"acme", 20}, {hell, 8}});
  asked.start = kEnd - 20min;
  asked.step = 60s;
  const auto range = ask(*source, asked);
  CHECK(totals(range) == Totals{{"", 36}, {"acme", 20}, {hell, 8}});
  for (const auto& series : range.series) CHECK(series.samples.size() == 21);
  ports::MetricQuery heaviest{query, kEnd, std::nullopt, 0s, ports::ByLabel{"client", {}, 2, 20min, 60s}};
  CHECK(totals(ask(*source, heaviest)) == Totals{{"acme", 20}, {hell, 8}});
  heaviest.by->heaviest = 9;
  const auto all = totals(ask(*source, heaviest));
  CHECK(all.size() == 4);
  CHECK(all.at("b") == 2);  // of the time that it was there
}

TEST_CASE("which optional parameters it takes is found out: all of them, or it ignores what it does not know",
          "[live]") {
  PrometheusOptions options;
  options.url = live().url();
  const auto source = make_prometheus_source(options);
  REQUIRE(source.ok());
  CHECK((*source)->unreached() == "there is no answer yet");
  CHECK((*source)->reach(kEnd, 20s).ok());
  CHECK((*source)->unreached().empty());
  CHECK((*source)->manners() == kAllManners);
}

TEST_CASE("missing, zero and NaN are three things", "[live]") {
  const auto source = connect(live());
  CHECK(ask(*source, {"no_such_metric", kEnd}).series.empty());
  CHECK(ask(*source, {"zero", kEnd}).series.at(0).samples.at(0).value == 0);
  const auto nothing = ask(*source, {"nothing", kEnd});
  if (live().victoria()) {
    CHECK(nothing.series.empty());  // it stores no NaN: missing, which is handled alike
  } else {
    CHECK(std::isnan(nothing.series.at(0).samples.at(0).value));
  }
  CHECK(ask(*source, {"infinite", kEnd}).series.at(0).samples.at(0).value == INFINITY);
  CHECK(ask(*source, {"-infinite", kEnd}).series.at(0).samples.at(0).value == -INFINITY);
  const auto scalar = ask(*source, {"scalar(zero) + 2", kEnd});
  CHECK(scalar.series.at(0).samples.at(0).value == 2);
  CHECK(scalar.series.at(0).samples.at(0).time == kEnd);
}

TEST_CASE("what came a second ago is seen at once, as it is", "[live]") {
  const auto source = connect(live());
  for (const auto age : {0s, 1s, 5s}) {
    const double value = static_cast<double>(age.count());
    CHECK(ask(*source, {"fresh", kNow - age}).series.at(0).samples.at(0).value == value);
    const auto evidence = source->evidence({{"sum(fresh)"}}, kNow - age, 20s);
    CHECK(evidence.at(0)->pods.at(0).newest == kNow - age);
  }
  const auto range = ask(*source, {"fresh", kNow, kNow - 10s, 1s});
  REQUIRE(range.series.at(0).samples.size() == 11);
  for (int i = 0; i <= 10; ++i) {
    const auto& sample = range.series[0].samples[static_cast<std::size_t>(i)];
    CHECK(sample.time == kNow - std::chrono::seconds(10 - i));
    CHECK(sample.value == 10 - i);
  }
}

TEST_CASE("what is older than the look-back of five minutes is missing", "[live]") {
  const auto source = connect(live());
  for (const auto& query : {std::string("zero"), std::string("timestamp(zero)")}) {
    CHECK(ask(*source, {query, kEnd + 299s}).series.size() == 1);
    CHECK(ask(*source, {query, kEnd + 301s}).series.empty());
  }
}

TEST_CASE("a query as long as a tenant may write it arrives", "[live]") {
  std::string promql = "zero";
  for (int i = 0; i < 800; ++i) promql += " + zero";
  CHECK(ask(*connect(live()), {promql, kEnd}).series.at(0).samples.at(0).value == 0);
  CHECK(ask(*connect(live()), {promql, kEnd, kEnd - 1min, 30s}).series.size() == 1);
}

TEST_CASE("wrong queries come back in the server's words, beside right ones", "[live]") {
  const auto answers = connect(live())->query({{"zero", kEnd},
                                               {"sum(zero", kEnd},
                                               {"half + on() half", kEnd},
                                               {"\"text\"", kEnd},
                                               {"half[5m]", kEnd},
                                               {"no_such_function(zero)", kEnd},
                                               {"zero", kEnd}},
                                              20s);
  CHECK(answers[0].ok());
  CHECK(answers[6].ok());
  for (std::size_t i = 1; i <= 5; ++i) {
    if (i == 3 && live().victoria()) continue;
    REQUIRE_FALSE(answers[i].ok());
    CHECK(answers[i].error().kind == ErrorKind::Invalid);
  }
  CHECK_THAT(answers[4].error().message, Catch::Contains("rate()"));
  if (live().victoria()) {
    CHECK(answers[3]->series.empty());  // a text is no series: missing
    CHECK_THAT(answers[1].error().message, Catch::Contains("unexpected token"));
    CHECK_THAT(answers[2].error().message, Catch::Contains("duplicate"));
    CHECK_THAT(answers[5].error().message, Catch::Contains("unsupported function"));
    return;
  }
  CHECK_THAT(answers[1].error().message, Catch::Contains("bad_data") && Catch::Contains("unclosed left parenthesis"));
  CHECK_THAT(answers[2].error().message, Catch::Contains("execution") && Catch::Contains("duplicate series"));
  CHECK_THAT(answers[3].error().message, Catch::Contains("text where a number belongs"));
  CHECK_THAT(answers[5].error().message, Catch::Contains("unknown function"));
}

TEST_CASE("a query that takes too long is a timeout, in time", "[live]") {
  PrometheusOptions options;
  options.max_samples_read = 1e12;  // else it would not be asked
  const auto source = connect(live(), options);
  const std::string slow = live().victoria()
                               ? "sum(quantile_over_time(0.5, quantile_over_time(0.5, rand()[20m:1s])[5h:1s]))"
                               : "count(sum_over_time(vector(1)[8d:100ms]))";
  const auto start = std::chrono::steady_clock::now();
  const auto answers = source->query({{slow, kEnd}}, 400ms);
  CHECK(std::chrono::steady_clock::now() - start < 500ms);
  REQUIRE_FALSE(answers[0].ok());
  CHECK(answers[0].error().kind == ErrorKind::Timeout);
}

TEST_CASE("evidence tells the true age and the missing pods", "[live]") {
  const auto evidence =
      connect(live())->evidence({{"sum(half)"},
                                 {"sum(late)"},
                                 {"sum(rate(counted_total[5m])) / scalar(gateway)"},
                                 {"no_such_metric"},
                                 {"sum(half offset 10m)"},
                                 {"max_over_time(half{pod=\"p1\"}[1h:1m])"},
                                 {"sum(half) + (sum(no_such_metric) or vector(0))"},
                                 {"sum(half @ end() offset 1m) + max_over_time(half[1m:10s] offset 600)"}},
                                kEnd + 10s, 20s);
  for (const auto& one : evidence) REQUIRE(one.ok());
  REQUIRE(evidence[0]->pods.size() == 2);  // of four
  CHECK(evidence[0]->pods[0].ns == "serving");
  CHECK(evidence[0]->pods[0].pod == "p0");
  CHECK(evidence[0]->pods[0].newest == kEnd);
  CHECK(evidence[0]->complete);
  // The value would carry the evaluation's time; the sample is 4 min 10 s old.
  REQUIRE(evidence[1]->pods.size() == 1);
  CHECK(evidence[1]->pods[0].newest == kEnd - 4min);
  REQUIRE(evidence[2]->pods.size() == 2);
  CHECK(evidence[2]->pods[0].pod == "p0");
  CHECK(evidence[2]->pods[1].pod.empty());
  CHECK(evidence[2]->rate_window == 5min);
  CHECK(evidence[3]->pods.empty());
  REQUIRE(evidence[4]->pods.size() == 2);
  CHECK(evidence[4]->pods[0].newest == kEnd - 10min);  // where the value is read, not now
  REQUIRE(evidence[5]->pods.size() == 1);
  CHECK(evidence[5]->rate_window == 0ms);
  CHECK(evidence[6]->pods.size() == 2);
  CHECK(evidence[6]->unseen == std::vector<std::string>{"no_such_metric"});
  REQUIRE(evidence[7]->pods.size() == 4);
  for (const auto& pod : evidence[7]->pods) CHECK(pod.newest == kEnd - (pod.selector == 0 ? 1min : 10min));
}

TEST_CASE("why an expression matches nothing is found out", "[live]") {
  const auto source = connect(live());
  const auto why = [&](const std::string& promql, WallTime at) { return source->why_empty({{promql}}, at, 20s).at(0); };
  const WallTime soon = kEnd + 10s;
  CHECK_THAT(why("sum(rate(no_such_metric{a=\"b\"}[5m]))", soon),
             Catch::StartsWith("there is no metric no_such_metric: "));
  CHECK_THAT(why("sum(half{pod=~\"p1|p2\",namespace=\"servin\"})", soon),
             Catch::StartsWith("no series of half has namespace=\"servin\"; there is namespace serving"));
  CHECK_THAT(why("sum(half{pod=\"p9\"})", soon),
             Catch::Contains("no series of half has pod=\"p9\"; there is pod p") && Catch::Contains(", p"));
  CHECK_THAT(why("sum(gateway{pod=\"p9\"})", soon), Catch::Contains("they have no label pod"));
  CHECK_THAT(why("sum(clients{client=\"acme\",pod=\"p0\"} - clients{client=\"b\",pod=\"p3\"})", soon),
             Catch::StartsWith("no series of clients has pod=\"p3\""));
  CHECK(why("sum(rate(counted_total[30s]))", soon) ==
        "the window [30s] is shorter than two scrapes of counted_total, which come every 1m: write [4m]");
  CHECK_THAT(why("rate(late[5m])", soon), Catch::StartsWith("late was scraped only once so far"));
  CHECK_THAT(why("sum(late)", kEnd + 10min), Catch::StartsWith("late had series within the last hour"));
  CHECK_THAT(why("rate(half[5m]) > 100", soon), Catch::StartsWith("all of its metrics have series"));
  CHECK_THAT(why("zero > 1", soon), Catch::StartsWith("all of its metrics have series"));
  CHECK(why("WITH (x = zero) x > 1", soon).empty());
}

TEST_CASE("a store that does not answer makes the answer partial", "[live]") {
  if (live().victoria()) return;  // on one node it has no other store; its cluster's isPartial: response_test.cc
  const std::string other_store = "remote_read: [{url: 'http://127.0.0.1:1/', read_recent: true}]\n";
  LivePrometheus partial(short_history(), live().thanos() ? "" : other_store);
  if (live().thanos()) partial.lose_store();  // the only one
  const auto source = connect(partial);
  const auto answer = ask(*source, {"zero", kEnd});
  CHECK(answer.series.size() == (live().thanos() ? 0 : 1));
  CHECK_FALSE(answer.warnings.empty());
  const auto evidence = source->evidence({{"zero"}}, kEnd, 20s);
  REQUIRE(evidence[0].ok());
  CHECK_FALSE(evidence[0]->complete);
}

TEST_CASE("remarks on a query's style are not warnings", "[live]") {
  if (live().version() < std::pair(2, 48)) return;  // it makes none; up to 2.53 they are among the warnings
  const auto answer = ask(*connect(live()), {"rate(half[5m])", kEnd});
  CHECK(answer.warnings.empty());
  REQUIRE_FALSE(answer.infos.empty());
  CHECK_THAT(answer.infos[0], Catch::Contains("might not be a counter"));
  CHECK_FALSE(ask(*connect(live()), {"quantile(7, half)", kEnd}).warnings.empty());
}
