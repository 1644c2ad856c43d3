// Decimal strings: exact for machines, short for people, only finite ones.
#include "base/decimal.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace aia;

TEST_CASE("decimals are read whole or not at all") {
  CHECK(parse_decimal("12").value() == 12);
  CHECK(parse_decimal("0.5").value() == 0.5);
  CHECK(parse_decimal("-2.5").value() == -2.5);
  CHECK(parse_decimal("1e3").value() == 1000);
  for (const char* text : {"", " 1", "1 ", "abc", "1,5", "inf", "nan", "-inf", "1e999", "0x10", "12m", "+1"}) {
    INFO(text);
    REQUIRE_FALSE(parse_decimal(text).ok());
    CHECK_THAT(parse_decimal(text).error().message,
               Catch::Contains("is not a decimal number; write e.g. \"12\" or \"0.5\""));
  }
}

TEST_CASE("texts of numbers") {
  struct Row {
    double value;
    const char *exact, *measured, *figure;
  };
  const Row rows[] = {
      {0, "0", "0", "0"},
      {-0.0, "0", "0", "0"},
      {12, "12", "12", "12"},
      {0.1, "0.1", "0.1", "0.1"},
      {118.33333333333333, "118.33333333333333", "118.333", "118"},
      {1234567.8, "1234567.8", "1234570", "1234568"},
      {0.012345678, "0.012345678", "0.0123457", "0.0123"},
      {99.96, "99.96", "99.96", "100"},
      {-4.567, "-4.567", "-4.567", "-4.57"},
      {1e7, "10000000", "10000000", "10000000"},
      {0.0000123, "0.0000123", "0.0000123", "0.0000123"},
      {1.4812e-8, "0.000000014812", "0.000000014812", "1.48e-08"},
      {-2e-7, "-0.0000002", "-0.0000002", "-2e-07"},
      {123456789012, "123456789012", "123457000000", "123456789012"},
      {1.23456e12, "1234560000000", "1234560000000", "1.23e+12"},
      {1e300, "1e+300", "1e+300", "1e+300"},
  };
  for (const Row& row : rows) {
    CHECK(format_decimal(row.value) == row.exact);
    CHECK(format_measured(row.value) == row.measured);
    CHECK(format_figure(row.value) == row.figure);
    CHECK(parse_decimal(format_decimal(row.value)).value() == row.value);
  }
  CHECK(format_figure(std::numeric_limits<double>::quiet_NaN()) == "?");
  CHECK(format_figure(std::numeric_limits<double>::infinity()) == "?");
}
