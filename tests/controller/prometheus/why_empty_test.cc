// Why an expression matched nothing: which questions follow from which answers, that they stay within the namespace,
// and that they are few. That real engines answer them so: live_test.cc.
#include <catch2/catch.hpp>

#include "controller/prometheus/source.h"
#include "controller/prometheus/tenancy.h"
#include "controller/prometheus/why_empty.h"
#include "tests/controller/http/fake_transport.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;
using http::FakeTransport;

namespace {

const WallTime kMoment{Millis(1'700'000'000'000)};

Inquiry inquiry_of(const std::string& promql, bool restricted = false) {
  const auto found = find_selectors(promql);
  if (!found) FAIL(found.error().message);
  return Inquiry(*found, restricted);
}

ports::QueryAnswer number(double value) {
  return {
      value == 0 ? std::vector<ports::LabelledSeries>{} : std::vector<ports::LabelledSeries>{{{}, {{kMoment, value}}}},
      {}};
}

/// Plays a server that has those numbers and nothing else, to the end.
std::string sentence_of(Inquiry inquiry, const std::map<std::string, double>& has) {
  for (int round = 0; !inquiry.questions().empty(); ++round) {
    REQUIRE(round < 4);
    std::vector<Result<ports::QueryAnswer>> answers;
    for (const auto& question : inquiry.questions()) {
      const auto found = has.find(question);
      answers.push_back(number(found == has.end() ? 0 : found->second));
    }
    inquiry.take(answers);
  }
  return inquiry.sentence();
}

}  // namespace

TEST_CASE("four mistakes have four sentences") {
  struct Row {
    std::string promql;
    std::map<std::string, double> has;
    std::string begins;
  };
  const auto row = GENERATE(
      Row{"sum(a)", {}, "there is no metric a: check its name"},
      Row{"sum(a{x=\"1\"} offset 1h)",
          {{"count(last_over_time(a[3600000ms] offset 3600000ms))", 1}},
          "a had series within"},
      Row{"a + sum(b{x=\"1\"})",
          {{"count(a)", 2}, {"count(b)", 1}},
          "no series of b has x=\"1\"; they have no label x"},
      Row{"a{x=\"1\",y!=\"2\"}",
          {{"count(a)", 2}, {"count(a{x=\"1\"})", 1}, {"count(a{y!=\"2\"})", 1}},
          "no series of a has all of its matchers together: a{x=\"1\",y!=\"2\"}"},
      Row{"{\"größe\", x=\"1\"}", {}, "there is no metric {\"größe\"}"},
      Row{"{__name__=~\"a|b\", x=\"1\"}",
          {{"count({__name__=~\"a|b\"})", 1}},
          "no series of {__name__=~\"a|b\"} has x=\"1\""},
      Row{"{x=\"1\"}", {}, "there is no metric {x=\"1\"}"},
      Row{"rate(a[30s])",
          {{"count(a)", 1},
           {"max(count_over_time(a[30000ms]))", 1},
           {"max(count_over_time(a[3600000ms]))", 60},
           {"min((timestamp(a) - timestamp(a offset 600000ms)) / count_over_time(a[600000ms]))", 60}},
          "the window [30s] is shorter than two scrapes of a, which come every 1m: write [4m]"},
      Row{"rate(a[20s] offset 1m)",
          {{"count(a offset 60000ms)", 1},
           {"max(count_over_time(a[3600000ms] offset 60000ms))", 5},
           {"min((timestamp(a offset 60000ms) - timestamp(a offset 180000ms)) / count_over_time(a[120000ms] offset "
            "60000ms))",
            30}},
          "the window [20s] is shorter than two scrapes of a, which come every 30s: write [2m] (at the moment that the "
          "query reads: offset "
          "60000ms)"},
      Row{"a @ 60 offset 1d",
          {},
          "there is no metric a: check its name, and whether something exports it and is "
          "scraped yet (at the moment that the query reads: @ 60 offset 86400000ms)"},
      Row{"rate(a[5m])",
          {{"count(a)", 1}, {"max(count_over_time(a[300000ms]))", 1}, {"max(count_over_time(a[3600000ms]))", 1}},
          "a was scraped only once so far"},
      Row{"rate(a[5m])",
          {{"count(a)", 1}, {"max(count_over_time(a[3600000ms]))", 9}},
          "fewer than two samples of a lie in"},
      Row{"rate(a[5m]) > 3",
          {{"count(a)", 1}, {"max(count_over_time(a[300000ms]))", 20}},
          "all of its metrics have series"},
      Row{"a > 3", {{"count(a)", 1}}, "all of its metrics have series"}, Row{"vector(1) > 2", {}, ""});
  INFO(row.promql);
  const auto sentence = sentence_of(inquiry_of(row.promql), row.has);
  CHECK(sentence.substr(0, row.begins.size()) == row.begins);
  CHECK(sentence.empty() == row.begins.empty());
}

TEST_CASE("an answer that is missing or partial accuses nobody") {
  auto inquiry = inquiry_of("sum(a)");
  auto warned = number(0);
  warned.warnings = {"a store is down"};
  SECTION("an error") {
    inquiry.take({number(1), Error{ErrorKind::Timeout, "late"}});
  }
  SECTION("a warning") {
    inquiry.take({number(0), warned});
  }
  SECTION("too few") {
    inquiry.take({number(0)});
  }
  CHECK(inquiry.questions().empty());
  CHECK(inquiry.sentence().empty());
}

TEST_CASE("every selector of every question has the namespace of a restricted query") {
  const auto promql = GENERATE("sum(a)", "rate(a{x=\"1\",y=\"2\"}[1m])", "{\"b.c\",x=\"1\"} / {x=\"1\"}",
                               "a{namespace=\"other\"}", "max_over_time(a[1h:1m]) + on(x) b{}", "a{__name__=\"a\"}");
  const std::string matcher = "namespace=\"team\"";
  const auto restricted = restrict_to(promql, "namespace", "team");
  REQUIRE(restricted.ok());
  for (int answers = 0; answers < 64; ++answers) {  // whatever the server says
    auto inquiry = inquiry_of(*restricted, true);
    for (int bit = 0; !inquiry.questions().empty(); ++bit) {
      std::vector<Result<ports::QueryAnswer>> said;
      const auto questions = inquiry.questions();
      CHECK(questions.size() <= 8);
      for (std::size_t i = 0; i < questions.size(); ++i) {
        INFO(questions[i]);
        const auto found = find_selectors(questions[i]);
        REQUIRE(found.ok());
        REQUIRE_FALSE(found->all.empty());
        for (const auto& selector : found->all) CHECK_THAT(selector.text, Catch::Contains("{" + matcher));
        said.push_back(number((answers >> ((static_cast<std::size_t>(bit) + i) % 6)) & 1));
      }
      inquiry.take(said);
    }
  }
}

TEST_CASE("a few expressions are looked into at a time, and what was found is known for two minutes") {
  Millis steady{0};
  const auto transport = std::make_shared<FakeTransport>();
  transport->on([](const http::Request&) {
    return FakeTransport::json(R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  });
  PrometheusSource source(transport, {}, kAllManners, [&] { return steady; });
  std::vector<ports::EvidenceQuery> empty;
  for (int i = 0; i < 6; ++i) empty.push_back({"m" + std::to_string(i), "team"});
  empty.push_back({"m0", "team"});
  const auto first = source.why_empty(empty, kMoment, 5s);
  REQUIRE(first.size() == 7);
  CHECK_THAT(first[0], Catch::StartsWith("there is no metric m0"));
  CHECK(first[6] == first[0]);
  CHECK_FALSE(first[3].empty());
  CHECK(first[4].empty());
  CHECK(transport->sent().size() == 4 * 3);
  CHECK_FALSE(source.why_empty(empty, kMoment, 5s)[5].empty());
  CHECK(transport->sent().size() == 6 * 3);
  static_cast<void>(source.why_empty(empty, kMoment, 5s));
  CHECK(transport->sent().size() == 6 * 3);
  steady += 2min;
  static_cast<void>(source.why_empty(empty, kMoment, 5s));
  CHECK(transport->sent().size() == 10 * 3);
  steady += 2min;
  CHECK(source.why_empty(empty, kMoment, 0s)[0].empty());  // no time, no question
  CHECK(transport->sent().size() == 10 * 3);
}
