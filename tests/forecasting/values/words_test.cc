// Figures in words, absurd ones included: a server's garbage ends up in a backtest's loss and from there in a message.
#include "forecasting/values/words.h"

#include <catch2/catch.hpp>
#include <limits>

namespace forecasting {
namespace {

TEST_CASE("figures in words are short, whatever the figure") {
  CHECK(words(1230.4) == "1230");
  CHECK(words(12.34) == "12.3");
  CHECK(words(0.04123) == "0.0412");
  CHECK(words(1e300) == "1e+300");
  CHECK(words(-1e300) == "-1e+300");
  CHECK(words(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(percent(0.1234) == "12%");
  CHECK(percent(-1e300).size() < 64);  // cut, and nothing of what lies behind the buffer
  CHECK(percent(-1e300).find('\0') == std::string::npos);
}

}  // namespace
}  // namespace forecasting
