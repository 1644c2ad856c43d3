// A byte a value must be enough to read a week back, whatever the series looks like.
#include "forecasting/learner/archive.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

TEST_CASE("archive: every value within half of 1/254 of its block's range, by age") {
  Archive archive(1000);
  testing::Noise noise(1);
  std::vector<double> fed;
  for (int i = 0; i < 3000; ++i) {
    fed.push_back(1e6 + 10 * noise.normal());
    archive.push(fed.back());
  }
  CHECK(archive.size() >= 1000);
  for (int age = 0; age < 1000; ++age) {
    INFO(age);
    REQUIRE(std::fabs(archive.ago(age) - fed[fed.size() - 1 - static_cast<std::size_t>(age)]) <
            0.2);  // of about 50, and float's own
  }
  CHECK(std::isnan(archive.ago(archive.size())));
}

TEST_CASE("archive: gaps stay gaps, and a spike blurs its own block only") {
  Archive archive(512);
  for (int i = 0; i < 512; ++i) archive.push(i == 100 ? 1e9 : i % 7 == 0 ? NAN : 1 + 0.001 * (i % 5));
  for (int age = 0; age < 512; ++age) {
    const int i = 511 - age;
    INFO(i);
    if (i % 7 == 0 && i != 100) {
      REQUIRE(std::isnan(archive.ago(age)));
    } else if (i >= 128 || i < 96) {
      REQUIRE(archive.ago(age) == Approx(1 + 0.001 * (i % 5)).epsilon(2e-5));
    }
  }
  CHECK(archive.ago(411) == Approx(1e9));
}

TEST_CASE("archive: constant and all missing") {
  Archive constant(256), missing(256);
  for (int i = 0; i < 300; ++i) constant.push(7.25), missing.push(NAN);
  for (int age = 0; age < 256; ++age) {
    REQUIRE(constant.ago(age) == 7.25);
    REQUIRE(std::isnan(missing.ago(age)));
  }
}

}  // namespace
}  // namespace forecasting
