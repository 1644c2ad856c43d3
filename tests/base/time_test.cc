// Durations and instants: what is read, what is refused, and that writing reads back.
#include "base/time.h"

#include <catch2/catch.hpp>

using namespace aia;
using namespace std::chrono_literals;

TEST_CASE("durations in Go's notation") {
  struct Row {
    const char* text;
    Millis value;
    const char* written;
  };
  const Row rows[] = {
      {"0", 0ms, "0s"},
      {"0s", 0ms, "0s"},
      {"250ms", 250ms, "250ms"},
      {"90s", 90s, "1m30s"},
      {"7m10s", 430s, "7m10s"},
      {"1h30m", 90min, "1h30m"},
      {"1.5h", 90min, "1h30m"},
      {"1h0m0s", 1h, "1h"},
      {"1h5s", 1h + 5s, "1h5s"},
      {"2250ms", 2250ms, "2.25s"},
      {"61.5s", 61500ms, "1m1.5s"},
      {"336h", 336h, "336h"},
      {"876000h", 876000h, "876000h"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto parsed = parse_duration(row.text);
    REQUIRE(parsed.ok());
    CHECK(*parsed == row.value);
    CHECK(format_duration(row.value) == row.written);
    CHECK(parse_duration(row.written).value() == row.value);
  }
  CHECK(format_duration(-90s) == "-1m30s");
  for (Millis each{1}; each <= 60s; ++each) REQUIRE(parse_duration(format_duration(each)).value() == each);
}

TEST_CASE("what is no duration is refused, naming the text and an example") {
  for (const char* text : {"", "-1s", "1", "s", "1d", "1 h", "1h ", "1..5s", "1.s", ".5s", "5us", "1.5ms", "Auto",
                           "1e3s", "9999999999999h", "876000h1ms", "1h\n", "12345678901234567890s"}) {
    INFO(text);
    const auto parsed = parse_duration(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().kind == ErrorKind::Invalid);
    CHECK_THAT(parsed.error().message, Catch::Contains('"' + std::string(text) + '"') && Catch::Contains("\"7m10s\""));
  }
}

TEST_CASE("instants in RFC 3339") {
  struct Row {
    const char* text;
    std::int64_t ms;
    const char* seconds;
    const char* micro;
  };
  const Row rows[] = {
      {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
      {"2026-11-21T08:30:00Z", 1795249800000, "2026-11-21T08:30:00Z", "2026-11-21T08:30:00.000000Z"},
      {"2026-11-21T10:30:00.25+02:00", 1795249800250, "2026-11-21T08:30:00Z", "2026-11-21T08:30:00.250000Z"},
      {"2026-11-21T00:30:00.123456789-08:00", 1795249800123, "2026-11-21T08:30:00Z", "2026-11-21T08:30:00.123000Z"},
      {"1969-12-31T23:59:59.5Z", -500, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.500000Z"},
      {"2024-02-29T12:00:00z", 1709208000000, "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000000Z"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto parsed = parse_rfc3339(row.text);
    REQUIRE(parsed.ok());
    CHECK(parsed->time_since_epoch().count() == row.ms);
    CHECK(format_rfc3339(*parsed) == row.seconds);
    CHECK(format_rfc3339_micro(*parsed) == row.micro);
  }
}

TEST_CASE("what is no instant is refused") {
  for (const char* text :
       {"", "2026-11-21", "2026-11-21T08:30:00", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T08:60:00Z", "2026-11-21T08:30:61Z", "2026-11-21T08:30:00.Z", "2026-11-21T08:30:00+0200",
        "2026-11-21T08:30:00Z ", "+026-11-21T08:30:00Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text).ok());
  }
}
