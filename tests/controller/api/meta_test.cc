// Shared metadata: transition times, bounded messages, decoding that names the path.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "controller/api/autoscaler_json.h"
#include "controller/api/meta_json.h"
#include "tests/controller/words.h"

using namespace aia;
using namespace aia::api;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("a condition's transition time changes only when its status does") {
  const WallTime then{1000s}, now{2000s};
  const std::vector<Condition> before = {
      {ConditionType::Ready, ConditionStatus::True, Code::Paused, "old", then, 1},
      {ConditionType::ScalingLimited, ConditionStatus::False, Code::WithinBounds, "", then, 1}};
  const auto next =
      with_transition_times({{ConditionType::Ready, ConditionStatus::True, Code::Active, "new", {}, 2},
                             {ConditionType::ScalingLimited, ConditionStatus::True, Code::MaxReplicas, "", {}, 2},
                             {ConditionType::TargetFound, ConditionStatus::Unknown, Code::Unavailable, "", {}, 2}},
                            before, now);
  REQUIRE(next.size() == 3);
  CHECK(next[0].last_transition == then);
  CHECK(next[0].reason == "Active");
  CHECK(next[0].observed_generation == 2);
  CHECK(next[1].last_transition == now);
  CHECK(next[2].last_transition == now);
}

TEST_CASE("conditions read back as they were written") {
  const std::vector<Condition> conditions = {
      {ConditionType::Ready, ConditionStatus::False, Code::ScaledToZeroByHand, "why", WallTime{5s}, 7}};
  AutoscalerStatus status;
  status.conditions = conditions;
  CHECK(status_from_json({{"status", status_to_json(status)}}).conditions == conditions);
}

TEST_CASE(
    "of what another version wrote, an unknown reason is Unknown, and a condition of an unknown type is left out") {
  const json conditions = json::parse(R"([
      {"type": "Ready", "status": "True", "reason": "Splendid", "message": "so", "lastTransitionTime": "1970-01-01T00:00:05Z"},
      {"type": "Splendour", "status": "True", "reason": "Active", "message": "", "lastTransitionTime": "1970-01-01T00:00:05Z"},
      {"type": "AbleToScale", "status": "True", "reason": "ReadyToScale", "message": "", "lastTransitionTime": "1970-01-01T00:00:05Z"}])");
  const auto read = status_from_json({{"status", {{"conditions", conditions}}}}).conditions;
  REQUIRE(read.size() == 2);
  CHECK(read[0] == Condition{ConditionType::Ready, ConditionStatus::True, Code::Unknown, "so", WallTime{5s}, 0});
  CHECK(read[1].type == "AbleToScale");
  CHECK(read[1].reason == "ReadyToScale");
  const auto again = with_transition_times({{ConditionType::Ready, ConditionStatus::True, Code::Active, "", {}, 1}},
                                           read, WallTime{9s});
  CHECK(again[0].last_transition == WallTime{5s});  // its status is what it was

  const json reasons =
      json::parse(R"([{"code": "MetricMissing", "message": "why"}, {"code": "Reactive", "message": ""}])");
  CHECK(status_from_json({{"status", {{"reasons", reasons}}}}).reasons ==
        Reasons{{Code::Unknown, "why"}, {Code::Reactive, ""}});
}

TEST_CASE("texts are cut at characters, never inside one") {
  CHECK(cut("short", 5) == "short");
  CHECK(cut("longer", 5) == "lo…");  // "lo" + 3 bytes of ellipsis
  CHECK(cut("ééé", 6) == "ééé");
  CHECK(cut("éééé", 6) == "é…");  // 2 + 3 bytes; a second é would make 7
  CHECK(cut("a\xFF"
            "b",
            10) == "a?b");  // not UTF-8: it would make the JSON unwritable
  CHECK(cut("\xE2\x82", 10) == "??");
  CHECK(cut("\xED\xA0\x80", 10) == "???");  // a surrogate
}

TEST_CASE("metadata is read with what it lacks left empty") {
  const auto meta = meta_from_json(json::parse(R"({"metadata": {"name": "llama", "namespace": "serving", "uid": "u-1",
      "resourceVersion": "12", "generation": 3, "creationTimestamp": "1970-01-01T00:01:40Z", "labels": {"team": "a"}}})"));
  REQUIRE(meta.ok());
  CHECK(meta->key().to_string() == "serving/llama");
  CHECK(meta->generation == 3);
  CHECK(meta->created == WallTime{100s});
  CHECK(meta->labels.at("team") == "a");
  CHECK_FALSE(meta->deleting);
  CHECK(meta_from_json(json::parse(R"({"metadata": {"name": "x", "deletionTimestamp": "2026-01-01T00:00:00Z"}})"))
            ->deleting);
  CHECK(meta_from_json(json::parse(R"({"metadata": {"labels": {"a": 1}, "name": "x"}})")).error().message ==
        "metadata.labels.a: is a JSON number; write a string, in quotes");
  CHECK(meta_from_json(json::array()).error().message == "the document: is a JSON array, not an object");
  CHECK(meta_from_json(json()).error().message == "metadata.name: is required");
}
