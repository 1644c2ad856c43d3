#include "forecasting/members/winsoriser.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace forecasting {
namespace {

Winsoriser warm() {
  Winsoriser winsoriser;
  for (int i = 0; i < 1000; ++i) winsoriser.clip(i % 2 == 0 ? 1.0 : -1.0);
  return winsoriser;
}

TEST_CASE("an error within five robust sigma passes, one beyond is clipped to it") {
  Winsoriser winsoriser = warm();
  CHECK(winsoriser.sigma() == Approx(std::sqrt(M_PI / 2)));  // mean |error| 1
  CHECK(winsoriser.clip(6) == 6);
  CHECK(winsoriser.clip(100) < 7);
  CHECK(winsoriser.clip(-100) > -7.5);
}

TEST_CASE("errors that stay out on one side longer than a spike are a shift and pass") {
  Winsoriser winsoriser = warm();
  for (int i = 0; i < 12; ++i) CHECK(winsoriser.clip(1000) < 15);
  CHECK(winsoriser.clip(1000) == 1000);
  CHECK(winsoriser.clip(1000) == 1000);
  CHECK(winsoriser.clip(-1000) > -20);  // the other side starts a new run
  CHECK(winsoriser.clip(1) == 1);
  CHECK(winsoriser.clip(1000) < 20);
}

TEST_CASE("nothing is clipped before the scale is known, nor on a constant series") {
  Winsoriser winsoriser;
  CHECK(winsoriser.clip(1000) == 1000);
  Winsoriser constant;
  for (int i = 0; i < 100; ++i) constant.clip(0);
  CHECK(constant.clip(5) == 5);
}

}  // namespace
}  // namespace forecasting
