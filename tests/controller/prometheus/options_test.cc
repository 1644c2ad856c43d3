// Headers of the operator's that go with every query, and which are refused.
#include "controller/prometheus/options.h"

#include <catch2/catch.hpp>

using namespace aia;
using aia::prometheus::parse_headers;

TEST_CASE("headers are written as assignments or as HTTP writes them") {
  const auto headers = parse_headers({"X-Scope-OrgID=team-a", "X-Key:  a=b: c ", "x-team: b", "Cookie=ü"});
  REQUIRE(headers.ok());
  CHECK(*headers == http::Headers{{"X-Scope-OrgID", "team-a"}, {"X-Key", "a=b: c"}, {"x-team", "b"}, {"Cookie", "ü"}});
  CHECK(parse_headers({})->empty());
}

TEST_CASE("a header that is none, is ours, or would begin another one is refused without its value") {
  struct Row {
    std::vector<std::string> texts;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {{"secret"}, "written NAME=VALUE"},
      {{""}, "written NAME=VALUE"},
      {{"=secret"}, "written NAME=VALUE"},
      {{"X Scope=secret"}, "written NAME=VALUE"},
      {{"X-Ö=secret"}, "written NAME=VALUE"},
      {{"X-A\r\nX-B=secret"}, "written NAME=VALUE"},
      {{"X-A="}, "'X-A': it has no value"},
      {{"X-A:  "}, "'X-A': it has no value"},
      {{"X-A=secret\r\nX-B: b"}, "'X-A': its value holds a line break"},
      {{"X-A=secret\n"}, "'X-A': its value holds a line break"},
      {{std::string("X-A=secret\0b", 12)}, "'X-A': its value holds a line break"},
      {{"X-A=1", "x-a: secret"}, "'x-a': it is given twice"},
      {{"authorization=Bearer secret"}, "'authorization': give a bearer token"},
      {{"Host=secret"}, "'Host': each query has this header from us"},
      {{"Content-Length=9"}, "'Content-Length': each query"},
      {{"Content-Type=9"}, "'Content-Type': each query"},
      {{"ACCEPT=9"}, "'ACCEPT': each query"},
      {{"Transfer-Encoding=chunked"}, "'Transfer-Encoding': each query"},
      {{"connection: close"}, "'connection': each query"},
      {{"Proxy-Authorization=secret"}, "'Proxy-Authorization': each query"},
      {{"X-Amz-Date=9"}, "'X-Amz-Date': each query"},
  }));
  const auto refused = parse_headers(row.texts);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Invalid);
  CHECK_THAT(refused.error().message, Catch::Contains(row.says) && !Catch::Contains("secret"));
}
