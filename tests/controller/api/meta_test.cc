// Shared metadata: transition times, bounded messages, decoding that names the path.
#include <catch2/catch.hpp>

#include "controller/api/meta_json.h"

using namespace aia;
using namespace aia::api;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("a condition's transition time changes only when its status does") {
  const WallTime then{1000s}, now{2000s};
  const std::vector<Condition> before = {{"Ready", ConditionStatus::True, "Old", "old", then, 1},
                                         {"Limited", ConditionStatus::False, "Within", "", then, 1}};
  const auto next = with_transition_times({{"Ready", ConditionStatus::True, "New", "new", {}, 2},
                                           {"Limited", ConditionStatus::True, "Max", "", {}, 2},
                                           {"Fresh", ConditionStatus::Unknown, "New", "", {}, 2}},
                                          before, now);
  REQUIRE(next.size() == 3);
  CHECK(next[0].last_transition == then);
  CHECK(next[0].reason == "New");
  CHECK(next[0].observed_generation == 2);
  CHECK(next[1].last_transition == now);
  CHECK(next[2].last_transition == now);
}

TEST_CASE("conditions read back as they were written") {
  const std::vector<Condition> conditions = {
      {"Ready", ConditionStatus::False, "ScaledToZeroByHand", "why", WallTime{5s}, 7}};
  const json written = conditions_to_json(conditions);
  Problem problem;
  CHECK(conditions_from(Field(written, problem)) == conditions);
  CHECK_FALSE(problem);
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
