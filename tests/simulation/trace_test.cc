// The parts of a demand trace, and the made one.
#include "simulation/replay/trace.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "simulation/replay/chat_service.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

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
