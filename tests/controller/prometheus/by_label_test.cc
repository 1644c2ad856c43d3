// The text of a total and its parts; what engines make of it is live_test.cc's.
#include "controller/prometheus/by_label.h"

#include <catch2/catch.hpp>

#include "controller/prometheus/request.h"

namespace aia::prometheus {
namespace {

using namespace std::chrono_literals;

TEST_CASE("by label: the total alone, with parts, and who they are") {
  CHECK(by_label("sum by (client) (x)", {"client"}) == "sum(\nsum by (client) (x)\n)");
  CHECK(by_label("x", {"client", {"acme", "b"}}) ==
        "sum(\nx\n) or sum by (client) ((\nx\n) and on (client) (label_replace(vector(1), \"client\", \"acme\", \"\", "
        "\"\")"
        " or label_replace(vector(1), \"client\", \"b\", \"\", \"\")))");
  CHECK(by_label("x", {"client", {}, 6, 24h, 10min}) ==
        "topk(6, sum by (client) (avg_over_time((\nx\n)[86400000ms:600000ms])))");
}

TEST_CASE("by label: values are text, whatever they hold") {
  const auto text = by_label("x", {"client", {"a\"b\\c\nd$1"}});
  CHECK(text.find(R"("a\"b\\c\nd$$1")") != std::string::npos);
  CHECK(by_label("x", {"client", {""}}) == by_label("x", {"client"}));  // what has no label is in the total alone
}

TEST_CASE("by label: requests ask for it") {
  const ports::MetricQuery query{"x # why", WallTime{Millis(60'000)}, WallTime{Millis(0)}, 60s,
                                 ports::ByLabel{"client"}};
  const auto requests = build_requests(query, {}, kAllManners, 1s);
  REQUIRE(requests.ok());
  CHECK(requests->front().target.find("sum%28%0Ax%20%23%20why%0A%29") != std::string::npos);
}

}  // namespace
}  // namespace aia::prometheus
