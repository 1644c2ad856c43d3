// Answers without a network: every result type, every way of failing, and the words that come out.
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "controller/prometheus/response.h"

using namespace aia;
using namespace aia::prometheus;

namespace {

Result<ports::QueryAnswer> parse(const std::string& body, int status = 200, http::Headers headers = {}) {
  return parse_response({status, std::move(headers), body});
}

std::string vector_of(const std::string& value) {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1.5,")" + value +
         R"("]}]}})";
}

}  // namespace

TEST_CASE("vectors, matrices and scalars are series") {
  const auto vector = parse(vector_of("42"));
  REQUIRE(vector.ok());
  REQUIRE(vector->series.size() == 1);
  CHECK(vector->series[0].labels == std::map<std::string, std::string>{{"a", "b"}});
  CHECK(vector->series[0].samples[0].time.time_since_epoch().count() == 1500);
  CHECK(vector->series[0].samples[0].value == 42);

  const auto matrix = parse(R"({"status":"success","data":{"resultType":"matrix","result":[
      {"metric":{},"values":[[1435781430.781,"1"],[1435781445,"2e-3"]]},{"metric":{"x":"é\n"},"values":[]}]}})");
  REQUIRE(matrix.ok());
  REQUIRE(matrix->series.size() == 2);
  CHECK(matrix->series[0].samples[0].time.time_since_epoch().count() == 1435781430781);
  CHECK(matrix->series[0].samples[1].value == 0.002);
  CHECK(matrix->series[1].labels.at("x") == "é\n");
  CHECK(matrix->series[1].samples.empty());

  const auto scalar = parse(R"({"status":"success","data":{"resultType":"scalar","result":[1,"7"]}})");
  REQUIRE(scalar.ok());
  REQUIRE(scalar->series.size() == 1);
  CHECK(scalar->series[0].labels.empty());
  CHECK(scalar->series[0].samples[0].value == 7);
}

TEST_CASE("missing is empty, never zero") {
  const auto answer = parse(R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  REQUIRE(answer.ok());
  CHECK(answer->series.empty());
}

TEST_CASE("values that are no plain numbers stay what they are") {
  CHECK(std::isnan(parse(vector_of("NaN"))->series[0].samples[0].value));
  CHECK(parse(vector_of("+Inf"))->series[0].samples[0].value == INFINITY);
  CHECK(parse(vector_of("-Inf"))->series[0].samples[0].value == -INFINITY);
  CHECK(parse(vector_of("1.7976931348623157e+308"))->series[0].samples[0].value == 1.7976931348623157e+308);
  CHECK(parse(vector_of("5e-324"))->series[0].samples[0].value == 5e-324);
  CHECK(std::signbit(parse(vector_of("-0"))->series[0].samples[0].value));
  for (const char* text : {"", "1x", "0x10", "one", " 1"}) {
    INFO(text);
    CHECK_FALSE(parse(vector_of(text)).ok());
  }
}

TEST_CASE("fields may come in any order, unknown ones are passed over") {
  const auto answer = parse(R"({"extra":{"a":[1,{"b":null}]},"infos":["PromQL info: x"],"warnings":["partial"],
      "data":{"stats":{"x":[1,2]},"result":[{"value":[1,"2"],"other":[],"metric":{"m":"n"}}],"resultType":"vector"},
      "status":"success"})");
  REQUIRE(answer.ok());
  CHECK(answer->series[0].labels.at("m") == "n");
  CHECK(answer->series[0].samples[0].value == 2);
  CHECK(answer->warnings == std::vector<std::string>{"partial"});
  CHECK(answer->infos == std::vector<std::string>{"PromQL info: x"});
}

TEST_CASE("null is a field that was left out") {
  const auto with = [](const std::string& more, const std::string& series) {
    return parse(R"({"status":"success",)" + more + R"("data":{"resultType":"vector","result":)" + series + "}}");
  };
  const std::string one = R"([{"metric":null,"value":[1,"2"]}])";
  const char* field = GENERATE("\"warnings\":null,", "\"infos\":null,", "\"isPartial\":null,",
                               "\"error\":null,\"errorType\":null,", "");
  INFO(field);
  const auto answer = with(field, one);
  REQUIRE(answer.ok());
  CHECK(answer->series.at(0).labels.empty());
  CHECK(answer->warnings.empty());
  const auto none = with(field, "null");
  REQUIRE(none.ok());
  CHECK(none->series.empty());
}

TEST_CASE("infos among warnings, as Prometheus 2.48 to 2.53 and Thanos send them, are told apart") {
  const auto answer = parse(
      R"({"status":"success","warnings":["PromQL info: metric might not be a counter","No StoreAPIs matched for this query"],
      "data":{"resultType":"vector","result":[]}})");
  REQUIRE(answer.ok());
  CHECK(answer->infos == std::vector<std::string>{"PromQL info: metric might not be a counter"});
  CHECK(answer->warnings == std::vector<std::string>{"No StoreAPIs matched for this query"});
}

TEST_CASE("of warnings by thousands the first are kept and the others counted, long ones are cut, none hides") {
  std::string many = R"("PromQL info: x")", infos = many;
  for (int i = 0; i < 100'000; ++i) infos += R"(,"PromQL info: x")";
  for (int i = 0; i < 20; ++i) many += ",\"w" + std::to_string(i) + std::string(2'000, 'x') + '"';
  const auto ask = [](const std::string& warnings) {
    return parse(R"({"status":"success","warnings":[)" + warnings + R"(],"data":{"resultType":"vector","result":[]}})");
  };
  const auto answer = ask(many);
  REQUIRE(answer.ok());
  REQUIRE(answer->warnings.size() == 17);
  CHECK(answer->warnings[16] == "and 4 more");
  CHECK(answer->warnings[15].size() <= 500);
  CHECK(answer->infos.size() == 1);
  const auto last = ask(infos + ",\"partial\"");  // behind all that is said about style
  REQUIRE(last.ok());
  CHECK(last->warnings == std::vector<std::string>{"partial"});
}

TEST_CASE("what VictoriaMetrics' cluster calls partial is a warning") {
  const std::string rest = R"("data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}})";
  const auto whole = parse(R"({"status":"success","isPartial":false,)" + rest);
  const auto partial = parse(R"({"status":"success","isPartial":true,)" + rest);
  REQUIRE((whole.ok() && partial.ok()));
  CHECK(whole->warnings.empty());
  CHECK(partial->warnings.size() == 1);
  CHECK(partial->series.size() == 1);
}

TEST_CASE("of what Prometheus 2.53 and Thanos 0.36 say among warnings only infos leave the answer whole") {
  const std::string no_counter =
      "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"half\"";
  const std::string thanos_store = "Addr: 10.0.0.1:10901 LabelSets: {replica=\"0\"} MinTime: 1 MaxTime: 2";
  struct Row {
    std::vector<std::string> said;
    std::size_t warnings, infos;
  };
  const Row rows[] = {
      // Prometheus: web/api/v1/api.go with util/annotations/annotations.go, AsStrings(query, 10)
      {{no_counter + " (1:6)"}, 0, 1},
      {{"PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/"
        "prometheus/latest/querying/functions/#histogram_quantile) for metric name \"\" (1:25)"},
       0,
       1},
      {{"PromQL warning: quantile value should be between 0 and 1, got 7 (1:10)"}, 1, 0},
      {{no_counter + " (1:6)", "remote_read: remote server http://10.0.0.1/ returned http status 503"}, 1, 1},
      // What is left out may be a warning: then the answer is not known to be whole.
      {{no_counter + " (1:6)", "3 more annotations omitted"}, 1, 1},
      // Thanos: pkg/api/api.go (Respond), pkg/store/proxy_merge.go, pkg/store/proxy.go; without positions
      {{no_counter}, 0, 1},
      {{"receive series from " + thanos_store + ": rpc error: code = Unavailable desc = connection error"}, 1, 0},
      {{"failed to receive any data in 5s from " + thanos_store +
            ": rpc error: code = Canceled desc = context canceled",
        no_counter},
       1,
       1},
      {{"No StoreAPIs matched for this query"}, 1, 0},  // of versions before it; 0.36 says nothing at all
      {{}, 0, 0}};
  for (const Row& row : rows) {
    // Thanos has an `analysis` beside the result.
    for (const char* result : {R"([{"metric":{},"value":[1,"2"]}],"analysis":{})", R"([],"stats":null)", "null"}) {
      const std::string said = row.said.empty() ? "null" : nlohmann::json(row.said).dump();
      const std::string body = R"({"status":"success","data":{"resultType":"vector","result":)" + std::string(result) +
                               R"(},"errorType":null,"error":null,"warnings":)" + said + "}\n";
      INFO(body);
      const auto answer = parse(body);
      REQUIRE(answer.ok());
      CHECK(answer->warnings.size() == row.warnings);
      CHECK(answer->infos.size() == row.infos);
      CHECK(answer->series.size() == (body.find("value\"") == std::string::npos ? 0 : 1));
    }
  }
}

TEST_CASE("failures by kind, in Prometheus's own words where it has some") {
  struct Row {
    int status;
    std::string body;
    ErrorKind kind;
    std::string words;
  };
  const auto row = GENERATE(
      Row{400, R"({"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected \")\""})",
          ErrorKind::Invalid, "(bad_data): 1:5: parse error: unexpected \")\""},
      Row{422, R"({"status":"error","errorType":"execution","error":"found duplicate series"})", ErrorKind::Invalid,
          "(execution): found duplicate series"},
      Row{503, R"({"status":"error","errorType":"timeout","error":"query timed out"})", ErrorKind::Timeout,
          "timed out"},
      Row{503, R"({"status":"error","errorType":"unavailable","error":"starting","data":null})", ErrorKind::Unavailable,
          "starting"},
      Row{500, R"({"status":"error","errorType":"internal","error":"disk"})", ErrorKind::Unavailable, "disk"},
      Row{422, R"({"status":"error","errorType":"too_many_samples","error":"limit"})", ErrorKind::Invalid, "limit"},
      Row{422, R"({"status":"error","errorType":"422","error":"unsupported function \"x\""})", ErrorKind::Invalid,
          "unsupported function"},  // VictoriaMetrics: the HTTP status again
      Row{422, R"({"status":"error","errorType":"422","error":"timeout exceeded during query execution: 1 s"})",
          ErrorKind::Timeout, "timeout exceeded"},
      Row{429, R"({"status":"error","errorType":"429","error":"too many concurrent requests"})", ErrorKind::Throttled,
          "too many"},
      Row{400,
          R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": context deadline exceeded"})",
          ErrorKind::Timeout, "context deadline exceeded"},
      Row{422, R"({"status":"error","errorType":"execution","error":"context deadline exceeded"})", ErrorKind::Timeout,
          "deadline"},  // Thanos' engine (promql-engine)
      Row{500,
          R"({"status":"error","errorType":"internal","error":"expanding series: proxy Series(): rpc error: code = )"
          R"(Aborted desc = receive series from Addr: 10.0.0.1:10901"})",
          ErrorKind::Unavailable, "receive series from"},  // Thanos with partial_response=false
      Row{503, "Service Unavailable", ErrorKind::Unavailable, "HTTP 503 with 'Service Unavailable'"},
      Row{401, "no org id", ErrorKind::Unauthorized, "no org id"}, Row{403, "", ErrorKind::Forbidden, "an empty body"},
      Row{404, "404 page not found\n", ErrorKind::Unavailable, "check its prefix"},
      Row{302, "", ErrorKind::Unavailable, "redirects are not followed"},
      Row{401, "no org id", ErrorKind::Unauthorized, "--prometheus-bearer-token-file"},
      Row{403, "", ErrorKind::Forbidden, "look at the credentials"},
      Row{200, "<!DOCTYPE html>\n<title>Grafana</title>", ErrorKind::Unavailable, "a web page is there"},
      Row{200, "<html><body>Log in</body></html>", ErrorKind::Unavailable, "'<html><body>Log in"},
      Row{200, "", ErrorKind::Unavailable, "an empty body"}, Row{200, "{}", ErrorKind::Unavailable, "missing"},
      Row{200, "[]", ErrorKind::Unavailable, "not an answer"},
      Row{200, "null", ErrorKind::Unavailable, "not an answer"},
      Row{200, R"({"status":"success"})", ErrorKind::Unavailable, "missing"},
      Row{200, R"({"status":"success","data":{"resultType":"vector"}})", ErrorKind::Unavailable, "missing"},
      Row{200, vector_of("1") + "{}", ErrorKind::Unavailable, "not an answer"},
      Row{200, vector_of("1") + vector_of("1"), ErrorKind::Unavailable, "not an answer"},
      Row{200, vector_of("1") + "x", ErrorKind::Unavailable, "not an answer"},
      Row{200, R"({"status":"success","data":{"resultType":"string","result":[1,"abc"]}})", ErrorKind::Invalid,
          "text where a number belongs"},
      Row{200, R"({"status":"success","data":{"result":[1,"12"],"resultType":"string"}})", ErrorKind::Invalid,
          "text where a number belongs"},
      Row{200,
          R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"count":"1"}]}]}})",
          ErrorKind::Invalid, "native histograms"},
      Row{200, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}})",
          ErrorKind::Unavailable, "not an answer"},
      Row{200, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}})",
          ErrorKind::Unavailable, "not an answer"},
      Row{200, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":["a","2"]}]}})",
          ErrorKind::Unavailable, "not an answer"});
  INFO(row.status << " " << row.body);
  const auto answer = parse(row.body, row.status);
  REQUIRE_FALSE(answer.ok());
  CHECK(to_string(answer.error().kind) == std::string(to_string(row.kind)));
  CHECK_THAT(answer.error().message, Catch::Contains(row.words));
}

TEST_CASE("a server that asks to slow down says for how long") {
  const auto answer = parse("too many", 429, {{"retry-after", "7"}});
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().kind == ErrorKind::Throttled);
  CHECK(answer.error().retry_after == std::chrono::seconds(7));
}

TEST_CASE("an answer cut off anywhere is an error") {
  const std::string whole =
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b","c":"d"},)"
      R"("values":[[1,"1"],[2,"2"]]}]},"warnings":["w"]})";
  REQUIRE(parse(whole).ok());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(whole.substr(0, length));
    const auto answer = parse(whole.substr(0, length));
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().kind == ErrorKind::Unavailable);
  }
}

TEST_CASE("pages are stitched by labels, one that failed fails the whole") {
  const auto page = [](std::vector<std::pair<std::string, int>> series) {
    ports::QueryAnswer answer;
    for (const auto& [name, time] : series)
      answer.series.push_back({{{"pod", name}}, {{WallTime(Millis(time)), 1.0 * time}}});
    answer.warnings = {"partial"};
    return answer;
  };
  const auto whole = stitch({page({{"a", 1}, {"b", 1}}), page({{"b", 2}, {"c", 2}}), page({{"c", 3}, {"a", 3}})});
  REQUIRE(whole.ok());
  REQUIRE(whole->series.size() == 3);
  CHECK(whole->warnings == std::vector<std::string>{"partial"});
  for (const auto& series : whole->series) {
    REQUIRE(series.samples.size() == 2);
    CHECK(series.samples[0].time < series.samples[1].time);
  }
  CHECK_FALSE(stitch({page({{"a", 1}}), Error{ErrorKind::Timeout, "late"}}).ok());
}

TEST_CASE("a week of 200 series is parsed in a moment", "[.][speed]") {
  std::string body = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (int s = 0; s < 200; ++s) {
    body += std::string(s > 0 ? "," : "") + R"({"metric":{"pod":"p)" + std::to_string(s) + R"("},"values":[)";
    for (int i = 0; i < 10'080; ++i)
      body +=
          (i > 0 ? "," : "") + ("[" + std::to_string(1'700'000'000 + 60 * i)) + ",\"" + std::to_string(0.1 * i) + "\"]";
    body += "]}";
  }
  body += "]}}";
  const auto start = std::chrono::steady_clock::now();
  const auto answer = parse_response({200, {}, body});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  REQUIRE(answer.ok());
  WARN(static_cast<double>(body.size()) / 1e6 << " MB in " << took.count() << " s");
}
