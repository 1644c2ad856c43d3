// Which optional parameters a query carries: found out once for each server, by the status of its answers alone, and
// again when the server behind the URL may have been replaced.
#include <catch2/catch.hpp>

#include "controller/prometheus/source.h"
#include "tests/controller/http/fake_transport.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;
using http::FakeTransport;

namespace {

const WallTime kNow{Millis(1'700'000'000'000)};

bool asks(const http::Request& request, const std::string& part) {
  return request.target.find(part) != std::string::npos;
}

/// A server that takes some parameters and refuses the others, as Google's does; it may be away.
struct Server {
  Manners takes = kAllManners;
  int status = 400;  // of a refusal
  bool away = false;
  Millis steady{0};
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  PrometheusSource source{transport, {}, std::nullopt, [this] { return steady; }};

  Server() {
    transport->on([this](const http::Request& request) -> std::optional<Result<http::Response>> {
      if (away) return Error{ErrorKind::Unavailable, "http://p:80: cannot connect: Connection refused"};
      if (asks(request, "query=wrong") || !takes_all_of(request)) return FakeTransport::json("{}", status);
      return FakeTransport::json(
          R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}})");
    });
  }
  [[nodiscard]] bool takes_all_of(const http::Request& request) const {
    return (takes.timeout || !asks(request, "&timeout=")) && (takes.limit || !asks(request, "&limit=")) &&
           (takes.victoria || (!asks(request, "&nocache=") && !asks(request, "&latency_offset=")));
  }
  bool query(const std::string& promql = "up") { return source.query({{promql, kNow}}, 8s).front().ok(); }
  /// How often vector(1) was asked.
  [[nodiscard]] int looks() const {
    int count = 0;
    for (const auto& sent : transport->sent()) count += asks(sent.request, "query=vector") ? 1 : 0;
    return count;
  }
};

}  // namespace

TEST_CASE("with less and less the server takes it, and that is what is sent from then on") {
  struct Row {
    Manners takes;
    int looks;
    std::string words;
  };
  const auto row = GENERATE(Row{kAllManners, 1, "timeout, limit, nocache, latency_offset"},
                            Row{{true, true, false}, 2, "timeout, limit"}, Row{{true, false, false}, 3, "timeout"},
                            Row{{false, false, false}, 4, "none"});
  Server server;
  server.takes = row.takes;
  server.status = GENERATE(400, 422, 405);
  for (int cycle = 0; cycle < 5; ++cycle) {
    CHECK(server.query());
    server.steady += 15s;
  }
  CHECK(server.looks() == row.looks);
  CHECK(server.source.manners() == row.takes);
  CHECK(in_words(*server.source.manners()) == row.words);
  const auto last = server.transport->sent().back().request;
  CHECK(asks(last, "&limit=") == row.takes.limit);
  CHECK(asks(last, "&nocache=1&latency_offset=1ms") == row.takes.victoria);
}

TEST_CASE("what says nothing about a parameter ends the question, and queries go with the timeout alone") {
  Server server;
  server.takes = {};
  server.status = GENERATE(401, 403, 404, 429, 500, 302);
  CHECK_FALSE(server.query());
  CHECK(server.looks() == 1);
  CHECK_FALSE(server.source.manners().has_value());
  CHECK_THAT(server.source.unreached(), Catch::Contains("HTTP " + std::to_string(server.status)));
  const auto query = server.transport->sent().back().request;
  CHECK(asks(query, "&timeout="));
  CHECK_FALSE(asks(query, "&limit="));
  CHECK_FALSE(asks(query, "&nocache="));
  for (int cycle = 0; cycle < 4; ++cycle) {  // a minute passes before the next look
    server.steady += 15s;
    server.query();
    CHECK(server.looks() == (cycle < 3 ? 1 : 2));
  }
}

TEST_CASE("a server that was away for a minute may be another one when it is back") {
  Server server;
  server.takes = {true, false, false};
  CHECK(server.query());
  CHECK(server.looks() == 3);
  server.away = true;
  for (const Millis gone : {Millis(0s), Millis(45s)}) {
    server.steady += gone;
    CHECK_FALSE(server.query());
  }
  server.takes = kAllManners;
  server.away = false;
  SECTION("after less it is not asked") {
    server.steady += 10s;
    for (int batch = 0; batch < 3; ++batch) CHECK(server.query());
    CHECK(server.looks() == 3);
  }
  SECTION("after more it is, with the next batch") {
    server.steady += 20s;
    for (int batch = 0; batch < 3; ++batch) CHECK(server.query());
    CHECK(server.source.manners() == kAllManners);
    CHECK(server.looks() == 3 + 1);
  }
}

TEST_CASE("a batch of which all queries are refused is looked into, once a minute, and one of which some are is not") {
  Server server;
  CHECK(server.query());
  for (int cycle = 0; cycle < 20; ++cycle) {
    server.steady += 15s;
    static_cast<void>(server.source.query({{"wrong", kNow}, {"up", kNow}}, 8s));
  }
  CHECK(server.looks() == 1);
  for (int cycle = 0; cycle < 20; ++cycle) {
    server.steady += 15s;
    server.query("wrong");
  }
  CHECK(server.looks() >= 3);
  CHECK(server.looks() <= 1 + 5 + 1);
  CHECK(server.source.manners() == kAllManners);
}

TEST_CASE("it is reached by its first answer, to whatever, and for good") {
  Server server;
  server.away = true;
  CHECK(server.source.unreached() == "there is no answer yet");
  const auto why = server.source.reach(kNow, 1s);
  REQUIRE_FALSE(why.ok());
  CHECK_THAT(why.error().message, Catch::Contains("Connection refused"));
  CHECK(server.source.unreached() == why.error().message);
  server.away = false;
  SECTION("by being asked for it") {
    CHECK(server.source.reach(kNow, 1s).ok());
  }
  SECTION("by a query of the loop's, in the minute in which vector(1) is not asked") {
    CHECK(server.query());
  }
  CHECK(server.source.unreached().empty());
  server.away = true;
  server.steady += 10min;
  server.query();
  CHECK(server.source.unreached().empty());
}
