// How far an answer is believed: one row per way in which a number can be less than it looks.
#include "controller/loop/judge.h"

#include <catch2/catch.hpp>
#include <limits>

namespace aia::loop {
namespace {

using namespace std::chrono_literals;
using plan::Trust;

const WallTime kNow{Millis(1'800'000'000'000)};

ports::QueryAnswer answer_with(std::vector<double> values) {
  ports::QueryAnswer answer;
  for (const double value : values) answer.series.push_back({{}, {{kNow, value}}});
  return answer;
}

std::vector<ports::Pod> ready_pods(int count, Millis since = 1h) {
  std::vector<ports::Pod> pods;
  for (int i = 0; i < count; ++i) {
    ports::Pod pod;
    pod.name = "llm-" + std::to_string(i);
    pod.created = kNow - since - 5min;
    pod.ready_since = kNow - since;
    pods.push_back(pod);
  }
  return pods;
}

ports::Evidence evidence_of(int pods, Millis age, Millis window = 0s) {
  ports::Evidence evidence;
  evidence.rate_window = window;
  for (int i = 0; i < pods; ++i) evidence.pods.push_back({"serving", "llm-" + std::to_string(i), kNow - age});
  return evidence;
}

Judgement judged(const Result<ports::Evidence>& evidence, const std::vector<ports::Pod>& pods,
                 const ports::QueryAnswer& answer = answer_with({1})) {
  Sources sources;
  return judge(answer, evidence, {"serving", &pods}, sources, kNow, Settings{});
}

TEST_CASE("a query gives exactly one number of requests") {
  CHECK(single_value(answer_with({0})).value() == 0);
  CHECK(single_value(answer_with({12.5})).value() == 12.5);
  CHECK(single_value(answer_with({1, 2, 3, 4, 5, 6, 7})).error().message ==
        "the query returned 7 series; aggregate with sum()");
  CHECK(single_value(answer_with({})).error().kind == ErrorKind::NotFound);
  CHECK(single_value(answer_with({std::numeric_limits<double>::quiet_NaN()})).error().message ==
        "the query returned NaN");
  CHECK_FALSE(single_value(answer_with({std::numeric_limits<double>::infinity()})).ok());
  CHECK_FALSE(single_value(answer_with({1e300})).ok());
  CHECK_FALSE(single_value(answer_with({-1})).ok());
  CHECK(single_value(Error{ErrorKind::Invalid, "parse error at char 3", {}}).error().message ==
        "parse error at char 3");
}

TEST_CASE("data age is the newest sample's age and half the rate window") {
  const auto whole = judged(evidence_of(3, 10s, 5min), ready_pods(3));
  CHECK(whole.trust == Trust::Whole);
  CHECK(whole.data_age == 160s);
  const auto stale = judged(evidence_of(3, 4min), ready_pods(3));
  CHECK(stale.trust == Trust::Stale);
  CHECK(stale.note == "the newest sample is 4m old");
  CHECK(stale.data_age == 180s);  // no older than the freshness limit: the lead must not grow without end
}

TEST_CASE("fewer reporting pods than Ready ones is partial") {
  const auto half = judged(evidence_of(3, 10s), ready_pods(6));
  CHECK(half.trust == Trust::Partial);
  CHECK(half.note == "3 of 6 Ready pods report");
  CHECK(judged(evidence_of(6, 10s), ready_pods(6)).trust == Trust::Whole);
  CHECK(judged(evidence_of(9, 10s), ready_pods(6)).trust == Trust::Whole);  // pods that are gone linger
}

TEST_CASE("one of the pods reports old samples only") {
  auto evidence = evidence_of(6, 10s);
  evidence.pods[2].newest = kNow - 4min;
  CHECK(judged(evidence, ready_pods(6)).note == "5 of 6 Ready pods report");
}

TEST_CASE("a pod that is Ready for less than one data age may not have been scraped yet") {
  auto pods = ready_pods(4);
  pods[3].ready_since = kNow - 9s;
  CHECK(judged(evidence_of(3, 10s), pods).trust == Trust::Whole);
  pods[3].ready_since = kNow - 11s;
  CHECK(judged(evidence_of(3, 10s), pods).trust == Trust::Partial);
}

TEST_CASE("a metric that names no pod of ours cannot show coverage") {
  ports::Evidence gateway;
  gateway.pods = {{"ingress", "envoy-1", kNow - 5s}, {"ingress", "llm-0", kNow - 5s}, {"", "", kNow - 5s}};
  CHECK(judged(gateway, ready_pods(6)).trust == Trust::Whole);
}

TEST_CASE("what cannot be judged may only raise") {
  const auto pods = ready_pods(2);
  CHECK(judged(Error{ErrorKind::Timeout, "no answer within 7s", {}}, pods).trust == Trust::Partial);
  CHECK(judged(ports::Evidence{}, pods).trust == Trust::Partial);  // `or vector(0)`: a number with nothing behind it
  auto cut_off = evidence_of(2, 1s);
  cut_off.complete = false;
  CHECK(judged(cut_off, pods).trust == Trust::Partial);
  auto warned = answer_with({1});
  warned.warnings = {"remote read failed", "another"};
  const auto judgement = judged(evidence_of(2, 1s), pods, warned);
  CHECK(judgement.trust == Trust::Partial);
  CHECK(judgement.note == "Prometheus warns: remote read failed (and 1 more)");
}

}  // namespace
}  // namespace aia::loop
