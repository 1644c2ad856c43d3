// Reading a demand trace: what is accepted, and that each refusal names the line, the field and what to do.
#include "simulation/replay/trace.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "simulation/replay/chat_service.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a trace is read: seconds or dates, gaps, the ways in which files end lines") {
  const auto seconds = read_trace("\xEF\xBB\xBFt_s,value\r\n0,1.5\r\n60,\r\n120,NaN\r\n240, 4 \r\n\r\n", "mine");
  REQUIRE(seconds.ok());
  CHECK(seconds->step == 60s);
  CHECK(seconds->values.size() == 5);  // 180 is left out
  CHECK(seconds->values[0] == 1.5);
  CHECK(std::isnan(seconds->values[1]));
  CHECK(std::isnan(seconds->values[2]));
  CHECK(std::isnan(seconds->values[3]));
  CHECK(seconds->values[4] == 4);
  CHECK(seconds->length() == 300s);

  const auto dates = read_trace("time,rps\n2026-11-21T08:30:00+01:00,7\n2026-11-21T07:35:00Z,8", "mine");
  REQUIRE(dates.ok());
  CHECK(format_rfc3339(dates->start) == "2026-11-21T07:30:00Z");
  CHECK(dates->step == 5min);
  CHECK(dates->at(dates->start + 5min) == 8);
  CHECK(std::isnan(dates->at(dates->end())));
}

TEST_CASE("a trace that is wrong is refused, with line and field") {
  struct Row {
    const char* csv;
    const char* says;
  };
  const Row row = GENERATE(values<Row>({
      {"", "line 1: must be a header, for example t_s,value; is \"\""},
      {"0,1\n60,2\n", "line 1: must be a header"},
      {"2026-11-21T08:30:00Z,1\n", "line 1: must be a header"},
      {"t_s,value\n", "line 1: ends here: at least two lines of time,value are needed"},
      {"t_s,value\n0,1\n", "line 2: ends here: at least two"},
      {"t_s,value\n0,1\n60 2\n", "line 3: \"60 2\" has no comma; write time,value"},
      {"t_s,value\n0,1\n60,2,3\n", "line 3: \"60,2,3\" has more than two fields"},
      {"t_s,value\n0,1\nnoon,2\n", "line 3: field 1 (time): \"noon\" is neither seconds nor RFC 3339"},
      {"t_s,value\n0,1\n2026-13-01T00:00:00Z,2\n", "line 3: field 1 (time): "},
      {"t_s,value\n0,1\n2026-11-21T08:30:00Z,2\n", "line 3: field 1 (time): seconds and RFC 3339 in one file"},
      {"t_s,value\n0,1\n1e300,2\n", "line 3: field 1 (time): \"1e300\" is neither"},
      {"t_s,value\n0,1\n0,2\n", "line 3: field 1 (time): not later than the line before"},
      {"t_s,value\n0,1\n60,2\n60,3\n", "line 4: field 1 (time): not later than the line before"},
      {"t_s,value\n0,1\n60,2\n90,3\n", "line 4: field 1 (time): is not a whole number of steps (1m"},
      {"t_s,value\n0,1\n1,2\n5000000,3\n", "line 4: more than 5000000 steps after the first line"},
      {"t_s,value\n0,1\n60,many\n", "line 3: field 2 (value): \"many\" is not a number; leave a missing value empty"},
      {"t_s,value\n0,1\n60,inf\n", "line 3: field 2 (value): \"inf\" is not a number"},
      {"t_s,value\n0,1\n60,-2\n", "line 3: field 2 (value): \"-2\" is negative"},
      {"t_s,value\n0,1\n\n60,2\n", "line 3: \"\" has no comma"},
      {"t_s,value\n0,1\n60,\x01\x02\xFF\n", "line 3: field 2 (value): \"???\" is not a number"},
  }));
  CAPTURE(row.csv);
  const auto trace = read_trace(row.csv, "mine");
  REQUIRE_FALSE(trace.ok());
  CHECK(trace.error().kind == ErrorKind::Invalid);
  CHECK_THAT(trace.error().message, Catch::Matchers::StartsWith(row.says));
}

TEST_CASE("a trace's parts: whole bins between two times, and gaps filled with what was seen last") {
  Trace trace{"mine", WallTime(1h), 1min, {NAN, 2, NAN, 4}};
  CHECK(trace.filled().values == std::vector<double>{2, 2, 2, 4});
  const auto part = trace.between(WallTime(1h + 2min), trace.end());
  CHECK(part.start == WallTime(1h + 2min));
  CHECK(part.values.size() == 2);
  CHECK(trace.between(WallTime(0h), WallTime(2h)).values.size() == 4);
}

TEST_CASE("the made trace: a working day's rhythm, the same for the same seed") {
  ChatServiceOptions options;
  options.bursts_per_day = 0;
  const auto made = chat_service(options);
  CHECK(made.values.size() == 11 * 24 * 60);
  CHECK(made.values == chat_service(options).values);
  options.seed = 2;
  CHECK(made.values != chat_service(options).values);
  const auto mean = [&](int hour) {  // of ten minutes from that hour on, over all days
    double sum = 0;
    for (int day = 0; day < 11; ++day)
      for (int minute = 0; minute < 10; ++minute)
        sum += made.values[static_cast<std::size_t>((day * 24 + hour) * 60 + minute)];
    return sum / 110;
  };
  CHECK(mean(9) == Approx(290).epsilon(0.05));        // the peak
  CHECK(mean(5) == Approx(0.25 * 290).epsilon(0.1));  // the night
  CHECK(mean(12) < 0.9 * mean(9));                    // the lunch dip …
  CHECK(mean(15) > 1.1 * mean(13));                   // … ends
}

}  // namespace
}  // namespace aia::simulation
