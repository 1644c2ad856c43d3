// What serves when: Ready pods, starts by their age, starts that are stuck.
#include "controller/plan/supply.h"

#include <catch2/catch.hpp>

#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

TEST_CASE("starts arrive a lead time after they began") {
  // 10 asked for: 6 Ready, 3 starting for 400, 30 and 500 s, 1 not seen yet; a start takes 430 s.
  const Supply supply = supply_of({10, 6, {400s, 30s, 500s}, ""}, 430s);
  CHECK(supply.starting() == 3);
  CHECK(supply.stuck == 0);
  CHECK(supply.at(0s) == 7);  // 6, and the one that is late already
  CHECK(supply.at(29s) == 7);
  CHECK(supply.at(30s) == 8);  // 430 − 400
  CHECK(supply.at(399s) == 8);
  CHECK(supply.at(400s) == 9);   // 430 − 30
  CHECK(supply.at(430s) == 10);  // the one without a pod
}

TEST_CASE("a start longer than twice the lead time is stuck") {
  CHECK(supply_of({2, 1, {860s}, ""}, 430s).stuck == 0);
  const Supply supply = supply_of({2, 1, {861s}, ""}, 430s);
  CHECK(supply.stuck == 1);
  CHECK(supply.at(24h) == 1);
}

TEST_CASE("most starts stuck: more than half, and no single odd pod") {
  const auto mostly_stuck = [](std::vector<Millis> ages) {
    return supply_of({9, 1, std::move(ages), ""}, 430s).mostly_stuck();
  };
  CHECK_FALSE(mostly_stuck({}));
  CHECK_FALSE(mostly_stuck({900s}));
  CHECK(mostly_stuck({900s, 900s}));
  CHECK_FALSE(mostly_stuck({900s, 900s, 1s, 1s}));
  CHECK(mostly_stuck({900s, 900s, 900s, 1s, 1s}));
}

TEST_CASE("pods beyond what /scale says are on their way out") {
  const Supply supply = supply_of({4, 6, {}, ""}, 430s);
  CHECK(supply.at(0s) == 4);
  CHECK(supply.unborn == 0);
}
