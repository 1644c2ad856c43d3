// Reading the server's documents: nothing throws, defaults stand in, Trim drops exactly what it names where it names
// it.
#include "controller/kube/client/json.h"

#include <catch2/catch.hpp>

using namespace aia;
using namespace aia::kube;

TEST_CASE("what is not there or of another type is a default") {
  const Json json = *parse_json(R"({"a":{"n":5,"s":"x","b":true,"big":18446744073709551615,"f":1.5},"l":[1]})");
  CHECK(int_at(json, {"a", "n"}) == 5);
  CHECK(int_at(json, {"a", "s"}, 7) == 7);
  CHECK(int_at(json, {"a", "big"}, 7) == 7);
  CHECK(int_at(json, {"a", "f"}, 7) == 7);
  CHECK(int_at(json, {"a", "n", "deeper"}, 7) == 7);
  CHECK(text_at(json, {"a", "s"}) == "x");
  CHECK(text_at(json, {"a", "n"}).empty());
  CHECK(text_at(json, {"l", "x"}).empty());
  CHECK(bool_at(json, {"a", "b"}));
  CHECK_FALSE(bool_at(json, {"a", "s"}));
  CHECK(list_at(json, {"l"}).size() == 1);
  CHECK(list_at(json, {"a"}).empty());
  CHECK_FALSE(time_at(json, {"a", "s"}));
}

TEST_CASE("text that is not JSON is nothing") {
  for (const char* text : {"", "{", "{\"a\":", "nonsense", "{\"a\":1}x", "\xff", "{\"a\":\"\xff\"}"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_json(text));
    CHECK_FALSE(parse_json(text, Trim{}, Envelope::List));
  }
}

TEST_CASE("Trim drops top and metadata keys of objects, and no label of the same name") {
  const std::string object =
      R"({"metadata":{"name":"p","managedFields":[{"spec":1}],"labels":{"spec":"kept","managedFields":"kept"}},)"
      R"("spec":{"big":[1,2,{"x":3}]},"status":{"spec":"kept","phase":"Running"}})";
  const Trim trim{{"spec"}, {"managedFields"}};
  const Json expected = *parse_json(R"({"metadata":{"name":"p","labels":{"spec":"kept","managedFields":"kept"}},)"
                                    R"("status":{"spec":"kept","phase":"Running"}})");

  CHECK(*parse_json(object, trim, Envelope::None) == expected);
  const auto event = parse_json(R"({"type":"ADDED","object":)" + object + "}", trim, Envelope::WatchEvent);
  REQUIRE(event);
  CHECK((*event)["object"] == expected);
  CHECK((*event)["type"] == "ADDED");
  const auto list = parse_json(R"({"metadata":{"resourceVersion":"1"},"items":[)" + object + "," + object + "]}", trim,
                               Envelope::List);
  REQUIRE(list);
  CHECK((*list)["items"] == Json::array({expected, expected}));
  CHECK((*list)["metadata"]["resourceVersion"] == "1");
}

TEST_CASE("dumping a string that is not UTF-8 does not throw") {
  CHECK(dump_json(Json{{"a", "\xff"}}) == "{\"a\":\"\xEF\xBF\xBD\"}");
}
