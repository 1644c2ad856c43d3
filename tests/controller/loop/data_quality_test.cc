// How far an answer is believed: one row per way in which a number can be less than it looks.
#include "controller/loop/demand/data_quality.h"
#include "tests/start.h"

#include <catch2/catch.hpp>
#include <limits>

namespace aia::loop {
namespace {

using namespace std::chrono_literals;
using plan::Trust;

ports::QueryAnswer answer_with(std::vector<double> values) {
  ports::QueryAnswer answer;
  for (const double value : values) answer.series.push_back({{}, {{kStart, value}}});
  return answer;
}

std::vector<ports::Pod> ready_pods(int count, Millis since = 1h) {
  std::vector<ports::Pod> pods;
  for (int i = 0; i < count; ++i) {
    ports::Pod pod;
    pod.name = "llm-" + std::to_string(i);
    pod.created = kStart - since - 5min;
    pod.ready_since = kStart - since;
    pods.push_back(pod);
  }
  return pods;
}

ports::Evidence evidence_of(int pods, Millis age, Millis window = 0s) {
  ports::Evidence evidence;
  evidence.rate_window = window;
  for (int i = 0; i < pods; ++i) evidence.pods.push_back({"serving", "llm-" + std::to_string(i), kStart - age});
  return evidence;
}

DataQuality judged(const Result<ports::Evidence>& evidence, const std::vector<ports::Pod>& pods,
                   const ports::QueryAnswer& answer = answer_with({1})) {
  Sources sources;
  return data_quality(answer, evidence, {"serving", &pods}, sources, kStart, Settings{});
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

TEST_CASE("an answer behind which nothing can be seen is believed by itself") {
  ports::Evidence evidence;
  evidence.unread = "PromQL at character 3 ('a'): why";
  const auto whole = judged(evidence, ready_pods(3));
  CHECK(whole.trust == Trust::Whole);
  CHECK(whole.note == "what lies behind the query is not known: PromQL at character 3 ('a'): why");
  CHECK(whole.data_age == 90s);  // half of the freshness limit: older than now, so that we plan for later
  CHECK_FALSE(whole.per_pod);
  auto warned = answer_with({1});
  warned.warnings = {"a store is down"};
  CHECK(judged(evidence, ready_pods(3), warned).trust == Trust::Partial);
  auto old = answer_with({1});
  old.series[0].samples[0].time = kStart - 181s;
  CHECK(judged(evidence, ready_pods(3), old).trust == Trust::Stale);
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
  evidence.pods[2].newest = kStart - 4min;
  CHECK(judged(evidence, ready_pods(6)).note == "5 of 6 Ready pods report");
}

TEST_CASE("a pod that is Ready for less than one data age may not have been scraped yet") {
  auto pods = ready_pods(4);
  pods[3].ready_since = kStart - 9s;
  CHECK(judged(evidence_of(3, 10s), pods).trust == Trust::Whole);
  pods[3].ready_since = kStart - 11s;
  CHECK(judged(evidence_of(3, 10s), pods).trust == Trust::Partial);
}

TEST_CASE("a metric that names no pod of ours cannot show coverage") {
  ports::Evidence gateway;
  gateway.pods = {{"ingress", "envoy-1", kStart - 5s}, {"ingress", "llm-0", kStart - 5s}, {"", "", kStart - 5s}};
  CHECK(judged(gateway, ready_pods(6)).trust == Trust::Whole);
}

TEST_CASE("pods that cannot be seen are counted by their names against what the scale counts") {
  const std::vector<ports::Pod> none;
  const auto by_name = [&](const ports::Evidence& evidence, int counted) {
    Sources sources;
    const Coverage coverage{"serving", &none, Coverage::Unseen{"llm", counted}};
    return data_quality(answer_with({1}), evidence, coverage, sources, kStart, Settings{});
  };
  CHECK(by_name(evidence_of(10, 10s), 10).trust == Trust::Whole);
  CHECK(by_name(evidence_of(10, 10s), 10).per_pod);
  CHECK(by_name(evidence_of(3, 10s), 10).trust == Trust::Partial);
  CHECK(by_name(evidence_of(3, 10s), 10).note ==
        "3 pods whose names begin with llm- report, and the scale counts 10: its pods cannot be seen");
  auto old = evidence_of(10, 10s);
  old.pods[4].newest = kStart - 4min;
  CHECK(by_name(old, 10).trust == Trust::Partial);
  ports::Evidence gateway;
  gateway.pods = {{"ingress", "llm-0", kStart - 5s}, {"serving", "llmd-0", kStart - 5s}, {"", "", kStart - 5s}};
  CHECK(by_name(gateway, 10).trust == Trust::Whole);
  CHECK_FALSE(by_name(gateway, 10).per_pod);
}

TEST_CASE("samples that are older than what was read before are partial, until as new ones are read again") {
  const auto pods = ready_pods(3);
  Sources sources;
  const auto at = [&](WallTime now, Millis age) {
    auto evidence = evidence_of(3, age);
    for (auto& pod : evidence.pods) pod.newest += now - kStart;
    return data_quality(answer_with({1}), evidence, {"serving", &pods}, sources, now, Settings{});
  };
  CHECK(at(kStart, 10s).trust == Trust::Whole);
  CHECK(at(kStart + 15s, -10s).trust == Trust::Whole);  // dated a little ahead: as new as now
  CHECK(at(kStart - 150s, 10s).trust == Trust::Whole);  // not beyond what is fresh
  sources.shift(-1h);
  CHECK(at(kStart - 1h, 10s).trust == Trust::Partial);
  CHECK(at(kStart - 1h, 10s).note ==
        "samples of up to 1h25s later were read before: the clock was set back, or the server lost them");
  CHECK(at(kStart - 2min, 10s).trust == Trust::Whole);
  CHECK(at(kStart + 15s, -1h).trust == Trust::Partial);  // far ahead: its own clock is wrong, and it counts for nothing
  CHECK(at(kStart + 30s, 10s).trust == Trust::Whole);
}

/// A query of two parts, of which every pod reports both.
ports::Evidence two_parts(int pods, Millis age_of_first, Millis age_of_second) {
  auto evidence = evidence_of(pods, age_of_first);
  for (auto& pod : evidence_of(pods, age_of_second).pods) {
    pod.selector = 1;
    evidence.pods.push_back(pod);
  }
  return evidence;
}

TEST_CASE("a part of the query that is missing or old does not hide behind a fresh one") {
  const auto pods = ready_pods(3);
  CHECK(judged(two_parts(3, 10s, 20s), pods).trust == Trust::Whole);
  CHECK(judged(two_parts(3, 10s, 20s), pods).data_age == 20s);
  auto vanished = evidence_of(3, 10s);
  vanished.unseen = {"b{x='1'}"};
  CHECK(judged(vanished, pods).trust == Trust::Partial);
  CHECK(judged(vanished, pods).note == "no series lies behind a part of the query: b{x='1'}");
  const auto old = judged(two_parts(3, 10s, 1h), pods);
  CHECK(old.trust == Trust::Partial);  // what there is may still raise
  CHECK(old.note == "the newest sample behind a part of the query is 1h old");
  CHECK(old.data_age == 180s);
  CHECK(judged(two_parts(3, 1h, 2h), pods).note == "the newest sample is 1h old");
  CHECK(judged(two_parts(3, 1h, 2h), pods).trust == Trust::Stale);
}

TEST_CASE("one pod loses one of two metrics and keeps the other") {
  const auto pods = ready_pods(3);
  Sources sources;
  const auto at = [&](const ports::Evidence& evidence) {
    return data_quality(answer_with({1}), evidence, {"serving", &pods}, sources, kStart, Settings{});
  };
  // A metric that begins with a pod's first error was never there: it is not missed.
  auto evidence = two_parts(3, 10s, 10s);
  evidence.pods.pop_back();
  CHECK(at(evidence).trust == Trust::Whole);
  sources = {};
  auto before = two_parts(3, 25s, 25s);
  static_cast<void>(data_quality(answer_with({1}), before, {"serving", &pods}, sources, kStart - 15s, Settings{}));
  CHECK(at(evidence).note == "1 of 6 sources that reported in the last 10m no longer do");
  // A pod of ours that is gone is not missed, nor one that came back under another address.
  static_cast<void>(
      data_quality(answer_with({1}), evidence_of(4, 25s), {"serving", &pods}, sources, kStart - 15s, Settings{}));
  evidence = two_parts(3, 10s, 10s);
  for (auto& pod : evidence.pods) pod.instance = "10.0.0.9";
  CHECK(at(evidence).trust == Trust::Whole);
}

TEST_CASE("beside our pods' metric a gateway's part is still missed when it falls silent") {
  const auto pods = ready_pods(2);
  Sources sources;
  auto evidence = evidence_of(2, 10s);
  evidence.pods.push_back({"", "", kStart - 10s, "gateway-1", 1});
  evidence.pods.push_back({"", "", kStart - 10s, "gateway-2", 1});
  const auto trust = [&](WallTime now) {
    return data_quality(answer_with({1}), evidence, {"serving", &pods}, sources, now, Settings{}).trust;
  };
  CHECK(trust(kStart - 1s) == Trust::Whole);
  evidence.pods.pop_back();
  CHECK(trust(kStart) == Trust::Partial);
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
  const auto quality = judged(evidence_of(2, 1s), pods, warned);
  CHECK(quality.trust == Trust::Partial);
  CHECK(quality.note == "Prometheus warns: remote read failed (and 1 more)");
}

}  // namespace
}  // namespace aia::loop
