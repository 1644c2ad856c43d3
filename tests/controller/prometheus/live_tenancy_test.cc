// The oracle of tenancy: two servers of one engine, one with the data of two tenants and of nobody, one with tenant a's
// alone. A restricted query on the first must say what the unrestricted one says on the second; whatever bytes are let
// through must say the same on both; and Prometheus 3's own parser must find the matcher in every selector.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "controller/http/make_transport.h"
#include "controller/http/url.h"
#include "controller/prometheus/source.h"
#include "tests/controller/prometheus/live_prometheus.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;

namespace {

const WallTime kEnd = std::chrono::floor<std::chrono::minutes>(
    std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()) - 15min);
const std::vector<std::string> kMetrics = {"requests_total", "waiting", "sum", "by", "offset", "rate"};

/// Each metric in each tenant with pods of its own; "" is data that carries no namespace.
std::string history(const std::vector<std::string>& tenants) {
  std::string text;
  for (std::size_t metric = 0; metric < kMetrics.size(); ++metric) {
    const bool counter = metric == 0;
    text += "# TYPE " + (counter ? "requests" : kMetrics[metric]) + (counter ? " counter\n" : " gauge\n");
    for (const auto& tenant : tenants) {
      const int base = tenant == "a" ? 1 : tenant == "b" ? 100 : 10'000;
      for (int pod = 0; pod < (tenant == "a" ? 2 : 3); ++pod) {
        const std::string labels = "{" + (tenant.empty() ? "" : "namespace=\"" + tenant + "\",") + "pod=\"p" +
                                   std::to_string(pod) + "\",model=\"m" + std::to_string(pod % 2) + "\"}";
        for (int minute = 30; minute >= 0; --minute) {
          const int value = base * (pod + 1) * (counter ? 31 - minute : 1 + static_cast<int>(metric) + minute % 3);
          text += kMetrics[metric] + labels + " " + std::to_string(value) + " " +
                  std::to_string((kEnd - std::chrono::minutes(minute)).time_since_epoch().count() / 1000) + "\n";
        }
      }
    }
  }
  return text + "# EOF\n";
}

LivePrometheus& all_tenants() {
  static LivePrometheus server(history({"a", "b", ""}));
  return server;
}

LivePrometheus& tenant_a() {
  static LivePrometheus server(history({"a"}));
  return server;
}

std::unique_ptr<ports::MetricsSource> connect(const LivePrometheus& to) {
  PrometheusOptions options;
  options.url = to.url();
  options.tenancy.raw_promql = RawPromql::RestrictToNamespace;
  auto source = make_prometheus_source(options);
  REQUIRE(source.ok());
  return std::move(source).value();
}

using Values = std::map<std::map<std::string, std::string>, double>;

/// One instant answer for each query; nothing where the server refuses it.
std::vector<std::optional<Values>> ask(const LivePrometheus& server, const std::vector<std::string>& promql) {
  std::vector<ports::MetricQuery> queries;
  for (const auto& text : promql) queries.push_back({text, kEnd + 1s, std::nullopt, Millis(0)});
  std::vector<std::optional<Values>> out;
  for (const auto& answer : connect(server)->query(queries, 60s)) {
    if (!answer && answer.error().kind != ErrorKind::Invalid) FAIL(answer.error().message);
    auto& values = out.emplace_back();
    if (!answer) continue;
    values.emplace();
    for (const auto& series : answer->series) (*values)[series.labels] = series.samples.at(0).value;
  }
  return out;
}

bool is_close(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

bool is_same(const std::optional<Values>& a, const std::optional<Values>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return std::equal(a->begin(), a->end(), b->begin(), b->end(),
                    [](const auto& x, const auto& y) { return x.first == y.first && is_close(x.second, y.second); });
}

std::string admitted(const std::string& promql) {
  const auto result = restrict_to(promql, "namespace", "a");
  if (!result) FAIL(promql << ": " << result.error().message);
  return *result;
}

/// Restricted among all ≡ unrestricted alone. Returns how many were answered, and how many would have told of others.
std::pair<int, int> check_equivalence(const std::vector<std::string>& promql) {
  std::vector<std::string> restricted;
  for (const auto& text : promql) restricted.push_back(admitted(text));
  const auto got = ask(all_tenants(), restricted);
  const auto expected = ask(tenant_a(), promql);
  const auto open = ask(all_tenants(), promql);
  int answered = 0, telling = 0;
  for (std::size_t i = 0; i < promql.size(); ++i) {
    INFO(promql[i] << "\n  → " << restricted[i]);
    CHECK(is_same(got[i], expected[i]));
    answered += got[i] ? 1 : 0;
    telling += is_same(open[i], expected[i]) ? 0 : 1;
  }
  return {answered, telling};
}

/// PromQL from a grammar: `pick` chooses among equals, so that a seed is a run.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string vector(int depth) {
    if (depth <= 0) return selector() + (random_() % 4 == 0 ? time() : "");
    switch (random_() % 9) {
      case 0: return pick({"sum", "max", "avg", "count", "group"}) + grouping() + "(" + vector(depth - 1) + ")";
      case 1: return pick({"SUM", "min", "stddev"}) + "(" + vector(depth - 1) + ")" + grouping();
      case 2: return pick({"abs", "ceil", "sqrt", "-", "sort", "sgn"}) + "(" + vector(depth - 1) + ")";
      case 3:
        return pick({"rate", "max_over_time", "last_over_time", "delta"}) + "(" + selector() + "[5m]" + time() + ")";
      case 4: return "avg_over_time((" + vector(depth - 1) + ")[10m:1m]" + time() + ")";
      case 5:
        return pick({"topk(1,", "quantile(0.5,", "clamp_max(9,"}).find("clamp") == 0
                   ? "clamp(" + vector(depth - 1) + ",1,50)"
                   : "quantile by (model) (.5, " + vector(depth - 1) + ")";
      case 6:
        return "(" + vector(depth - 1) + pick({" + ", " / ", " > ", " == bool ", " and ", " or ", " unless "}) +
               blank() + vector(depth - 1) + ")";
      case 7:
        return "(" + vector(depth - 1) + pick({" * ", " - ", "<="}) + pick({"on(namespace,pod,model)", "ignoring(x)"}) +
               " group_left() " + vector(depth - 1) + ")";
      default: return "label_replace(" + vector(depth - 1) + ", 'copy', `$1`, \"pod\", '(.*)')";
    }
  }

  std::string mutate(std::string text) {
    static const std::string kBytes = "ab{}()[]\"'`\\,=~!#\r\n \t:@0.5m";
    static const std::vector<std::string> kPieces = {"waiting",  "{x=`\\`}",      " or ",  "# ", "\r",
                                                     "\\\"",     "} or waiting{", "{}",    "`",  "[5m]",
                                                     " offset ", "by (",          "\"}\"", "'",  "namespace=~\".*\""};
    for (auto left = 1 + random_() % 4; left > 0 && !text.empty(); --left) {
      const auto at = random_() % text.size();
      switch (random_() % 4) {
        case 0: text.erase(at, 1 + random_() % 3); break;
        case 1: text.insert(at, 1, kBytes[random_() % kBytes.size()]); break;
        case 2: text.insert(at, kPieces[random_() % kPieces.size()]); break;
        default: text.insert(at, text.substr(random_() % text.size(), random_() % 12)); break;
      }
    }
    return text;
  }

 private:
  std::string pick(const std::vector<std::string>& of) { return of[random_() % of.size()]; }
  std::string blank() { return pick({"", " ", "\t", "\r\n", " # a comment with { and \"\n", "#\n"}); }
  std::string grouping() { return pick({" by (namespace, pod)", " without(model)", " by()", ""}); }
  std::string time() { return pick({"", "", " offset 2m", " offset -1m", " @ end()", " @ start() offset 1m"}); }
  std::string matcher() {
    return pick({"pod=\"p0\"", "pod!='p9'", "model=~`m.*`", "namespace=\"a\"", "namespace=\"b\"", "namespace=~\".*\"",
                 "namespace!=\"a\"", "\"pod\"!~\"p[5-9]\"", "pod=~\"p0|\\x70\\u0031\""});
  }
  std::string selector() {
    // VictoriaMetrics 1.122 ends with a panic on an unrestricted `sum{} unless x`: it prints the selector as `sum`.
    std::string out = all_tenants().victoria() ? pick({"requests_total", "waiting"}) : pick(kMetrics);
    if (random_() % 4 == 0)
      out = "{__name__=\"" + out + "\"," + matcher() + "}";
    else if (random_() % 3 == 0)
      out += blank() + "{" + blank() + "}";
    else if (random_() % 2 == 0)
      out += "{" + matcher() + "," + blank() + matcher() + pick({"", ",", " , "}) + "}";
    return out;
  }
  std::mt19937 random_;
};

/// Walks what /api/v1/parse_query says: the selectors that lack namespace="a".
void collect_open(const nlohmann::json& node, std::vector<std::string>& open) {
  if (node.is_array()) {
    for (const auto& one : node) collect_open(one, open);
  }
  if (!node.is_object()) return;
  if (node.value("type", "") == "vectorSelector") {
    const auto& matchers = node.at("matchers");
    const bool carries = std::any_of(matchers.begin(), matchers.end(), [](const auto& one) {
      return one.at("name") == "namespace" && one.at("type") == "=" && one.at("value") == "a";
    });
    if (!carries) open.push_back(node.dump());
  }
  for (const auto& [key, value] : node.items()) collect_open(value, open);
}

/// How many of `promql` Prometheus parses; each of them must be restricted by its own reading.
int check_parsed(const std::vector<std::string>& promql) {
  http::TransportOptions options;
  options.base_url = all_tenants().url();
  const auto transport = http::make_beast_transport(options);
  std::vector<http::Request> requests;
  for (const auto& text : promql) {
    http::Query query;
    requests.push_back({"GET", query.add("query", text).after("/api/v1/parse_query"), {}, ""});
  }
  const auto answers = (*transport)->send_all(requests, 60s);
  int parsed = 0;
  for (std::size_t i = 0; i < promql.size(); ++i) {
    INFO(promql[i]);
    REQUIRE(answers[i].ok());
    if (answers[i]->status != 200) continue;
    ++parsed;
    std::vector<std::string> open;
    collect_open(nlohmann::json::parse(answers[i]->body).at("data"), open);
    CHECK(open.empty());
  }
  return parsed;
}

}  // namespace

TEST_CASE("a restricted query says what it says where the tenant is alone", "[live]") {
  const auto [answered, telling] =
      check_equivalence({"sum(waiting)",
                         "waiting",
                         "waiting{}",
                         "count({__name__=~\".+\"})",
                         "sum(rate(requests_total[5m]))",
                         "sum by (namespace) (waiting) / on() group_left sum(waiting{namespace!=\"a\"} or waiting)",
                         "waiting{namespace=\"b\"}",
                         "waiting{namespace=~\"a|b\"}",
                         "waiting{namespace!~\"b\"}",
                         "waiting{namespace=\"\"}",
                         "sum + by",
                         "sum(sum) by (pod)",
                         "offset offset 5m",
                         "rate{pod=\"p0\"}",
                         "rate(rate[5m])",
                         "max_over_time(sum(rate(requests_total[2m]))[10m:1m]) @ end()",
                         "waiting#\n+waiting",
                         "waiting and ignoring(namespace) waiting{namespace='b'}",
                         "count(waiting) or vector(0)",
                         "vector(3)",
                         "scalar(sum(waiting))",
                         "time() - max(timestamp(waiting))",
                         "histogram_quantile(0.9, waiting)",
                         "count_values('namespace', waiting)",
                         "sum(absent(waiting{pod=\"none\"}))",
                         "label_join(waiting, `n`, ',', \"namespace\", 'pod')",
                         "topk(1, waiting)",
                         "waiting{pod=~`p[01]`}",
                         "sum(waiting offset -1m)",
                         "-waiting ^ 2"});
  CHECK(answered >= 25);
  CHECK(telling >= 18);
}

TEST_CASE("so do expressions from a grammar", "[live]") {
  Writer writer(GENERATE(1U, 2U));
  std::vector<std::string> promql;
  for (int i = 0; i < 400; ++i) promql.push_back(writer.vector(i % 4));
  const auto [answered, telling] = check_equivalence(promql);
  CHECK(answered > 200);
  CHECK(telling > 100);
}

TEST_CASE("whatever bytes are let through read the tenant's data only", "[live]") {
  Writer writer(GENERATE(7U, 8U));
  std::vector<std::string> promql;
  for (int i = 0; i < 40'000 && promql.size() < 1'500; ++i) {
    const auto result = restrict_to(writer.mutate(writer.vector(i % 3)), "namespace", "a");
    if (result) promql.push_back(*result);
  }
  REQUIRE(promql.size() == 1'500);
  const auto among_all = ask(all_tenants(), promql);
  const auto alone = ask(tenant_a(), promql);
  int answered = 0;
  for (std::size_t i = 0; i < promql.size(); ++i) {
    INFO(promql[i]);
    CHECK(is_same(among_all[i], alone[i]));
    answered += alone[i] ? 1 : 0;
  }
  CHECK(answered > 500);
  if (all_tenants().version() >= std::pair(3, 0) && !all_tenants().thanos()) CHECK(check_parsed(promql) > 500);
}

TEST_CASE("what reads differently between engines cannot be used to read others' data", "[live]") {
  std::vector<std::string> promql;
  for (const char* attack :
       {"(waiting # \r or waiting{namespace=\"b\"}\n)",        // Prometheus ends the comment at \r
        R"(waiting{x!=`\`,y!=`} or waiting{z!="`,w!='"}#'})",  // MetricsQL's scanner does not end the string at \`
        "waiting{pod!=\"\\\"} or waiting{pod!=\\\"\"}", "sum(waiting) by (namespace) or on() waiting",
        "{__name__=\"waiting\",namespace=~\".*\"}", "waiting{namespace=\"a\",namespace=~\"b\"}"}) {
    const auto result = restrict_to(attack, "namespace", "a");
    if (result) promql.push_back(*result);
  }
  CHECK(promql.size() >= 5);
  const auto among_all = ask(all_tenants(), promql);
  const auto alone = ask(tenant_a(), promql);
  for (std::size_t i = 0; i < promql.size(); ++i) {
    INFO(promql[i]);
    CHECK(is_same(among_all[i], alone[i]));
  }
}

TEST_CASE("the server is told to stop at the limits, and says or shows that there was more", "[live]") {
  PrometheusOptions options;
  options.url = all_tenants().url();
  options.max_series = 3;
  options.max_samples = 100;
  const auto source = make_prometheus_source(options);
  REQUIRE(source.ok());
  const auto answers = (*source)->query({{"waiting", kEnd},
                                         {"waiting{namespace='a'}", kEnd},
                                         {"waiting{namespace='a'}", kEnd, kEnd - 20min, 1min},
                                         {"waiting{namespace='b'}", kEnd, kEnd - 20min, 30s}},
                                        20s);
  CHECK_THAT(answers[0].error().message, Catch::Contains("--max-series 3"));
  CHECK(answers[1].ok());
  REQUIRE(answers[2].ok());
  CHECK(answers[2]->warnings.empty());
  CHECK_THAT(answers[3].error().message, Catch::Contains("--max-samples 100"));
}
