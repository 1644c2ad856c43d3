// What a series file may look like, and what is said about one that may not.
#include "base/demand_file.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace aia;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

DemandSeries good(std::string_view text, std::optional<Millis> step = std::nullopt) {
  const auto series = read_demand_file(text, step);
  INFO((series ? "" : series.error().message));
  REQUIRE(series.ok());
  return *series;
}

std::string wrong(std::string_view text, std::optional<Millis> step = std::nullopt) {
  const auto series = read_demand_file(text, step);
  REQUIRE_FALSE(series.ok());
  CHECK(series.error().kind == ErrorKind::Invalid);
  return series.error().message;
}

}  // namespace

TEST_CASE("A series file with and without a header, of any make") {
  for (const char* text :
       {"t_s,value\n0,1\n60,2.5\n120,3\n", "0,1\n60,2.5\n120,3",
        "\xEF\xBB\xBFtime,rps\r\n0,1\r\n60,2.5\r\n120,3\r\n\r\n",
        "\"t_s\",\"value\"\n\"0\",\"1\"\n 60 , +2.5 \n\n120,3e0\n", "_time,_value\n0,1\n60,2.5\n120,3\n"}) {
    const DemandSeries series = good(text);
    CHECK(series.step == 60s);
    CHECK(series.start.time_since_epoch() == 0s);
    CHECK_FALSE(series.dated);
    CHECK(series.values == std::vector<double>{1, 2.5, 3});
  }
  const DemandSeries dated =
      good("2026-11-21T08:30:00Z,1\n2026-11-21 09:29:00.5+00:59,2\n2026-11-21T08:32:00-00:00,3\n", 500ms);
  CHECK(dated.dated);
  CHECK(dated.at(0) == std::chrono::sys_days(std::chrono::November / 21 / 2026) + 8h + 30min);
  CHECK(dated.values.size() == 241);
  CHECK(dated.values[1] == 2);
}

TEST_CASE("Missing is empty, nan, or a line left out, the step is the most common one or as given") {
  const DemandSeries series = good("0,1\n60,\n120,NaN\n300,4\n360,5\n");
  REQUIRE(series.values.size() == 7);
  for (const int missing : {1, 2, 3, 4}) CHECK(std::isnan(series.values[static_cast<std::size_t>(missing)]));
  CHECK(series.values[5] == 4);
  CHECK(good("0,1\n120,2\n180,3\n").step == 60s);  // both once: the shorter
  CHECK(good("0,1\n120,2\n180,3\n", 60s).values.size() == 4);
  CHECK(good("7,1\n", 60s).values.size() == 1);
  CHECK(good("0.0004,1\n0.25,2\n0.5,-0\n").step == 250ms);
}

TEST_CASE("Errors name line and field and say what to do") {
  CHECK_THAT(wrong("t_s,value\n0,1\n60,lots\n"), Contains("line 3: field 2 (value): \"lots\" is not a number; leave"));
  CHECK_THAT(wrong("0,1\n60,inf\n"), Contains("line 2: field 2 (value): \"inf\" is infinite"));
  CHECK_THAT(wrong("0,1\n60,1e999\n"), Contains("line 2: field 2"));
  CHECK_THAT(wrong("0,1\n60,-3\n"), Contains("line 2: field 2 (value): \"-3\" is negative"));
  CHECK_THAT(wrong("0,1\n60\n"), Contains("line 2: \"60\" has no comma; write time,value"));
  CHECK_THAT(wrong("0,1,2\n"), Contains("line 1: has more than two fields"));
  CHECK_THAT(wrong("0,1\nsoon,2\n"), Contains("line 2: field 1 (time): \"soon\" is neither seconds nor RFC 3339"));
  CHECK_THAT(wrong("2026-02-30T00:00:00Z,1\n"), Contains("line 1: field 1 (time)"));
  CHECK_THAT(wrong("0,1\n2026-11-21T08:30:00Z,2\n"),
             Contains("line 2: field 1 (time): seconds and RFC 3339 in one file"));
  CHECK_THAT(wrong("0,1\n60,2\n60,3\n"), Contains("line 3: field 1 (time): the same as in line 2; keep one"));
  CHECK_THAT(wrong("0,1\n60,2\n30,3\n"), Contains("line 3: field 1 (time): earlier than in line 2; sort"));
  CHECK_THAT(wrong("0,1\n60,2\n120,3\n185,3\n"),
             Contains("line 4: field 1 (time): is 5s off the grid of the detected step of 1m, counted from line 1"));
  CHECK_THAT(wrong("0,1\n600,2\n", 60s),
             Contains("no two lines are closer than 10m, farther than the given step of 1m"));
  CHECK_THAT(wrong("0,1\n600,2\n", 0s), Contains("longer than nothing"));
  CHECK_THAT(wrong(""), Contains("holds no data"));
  CHECK_THAT(wrong("t_s,value\n"), Contains("holds no data"));
  CHECK_THAT(wrong("0,1\n"), Contains("one line"));
  CHECK_THAT(wrong("0,1\n60,\x01\xff\n"), Contains("\"??\""));
  CHECK_THAT(wrong("# comment\n0,1\n"), Contains("line 1"));
  CHECK_THAT(wrong("0,1\n60,2\n_time,_value\n"), Contains("line 3: field 1 (time): \"_time\""));
}

TEST_CASE("A first line with one field that is good is data with a mistake, not a header") {
  for (const char* text : {"nan,1\n60,2\n120,3\n", "abc,1\n60,2\n120,3\n", "abc,\n60,2\n120,3\n", "abc,inf\n60,2\n"})
    CHECK_THAT(wrong(text), Contains("line 1: field 1 (time): ") && Contains("neither seconds nor RFC 3339"));
  CHECK_THAT(wrong("0,abc\n60,2\n120,3\n"), Contains("line 1: field 2 (value): \"abc\" is not a number"));
  CHECK_THAT(wrong("2026-11-21T08:30:00Z,abc\n"), Contains("line 1: field 2 (value)"));
}

TEST_CASE("No demand is above 1e30") {
  CHECK(good("0,1e30\n60,0\n").values.front() == 1e30);
  for (const char* text : {"0,1\n60,1.1e30\n", "0,1\n60,1e300\n"})
    CHECK_THAT(wrong(text), Contains("line 2: field 2 (value): ") &&
                                Contains("is above 1e30: no demand is that large; remove it or leave the field empty"));
}

TEST_CASE("A gap too long to hold is refused, with the limit") {
  CHECK(good("0,1\n60,2\n31536000,3\n").values.size() == 525601);  // a year of minutes is no trouble
  CHECK_THAT(wrong("0,1\n1,2\n31536000,3\n"),
             Contains("line 3") && Contains("31536000 steps after the first") && Contains("at most 5000000 are read"));
  CHECK_THAT(wrong("-253402300799,1\n-253402300798.999,2\n253402300799,3\n"), Contains("at most 5000000"));
}
