// What may be sent again, as a table, and on a real socket: how often, how soon, and never past the deadline.
#include "controller/http/retry.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>

#include "tests/controller/http/client_under_test.h"
#include "tests/controller/http/test_server.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::http;
using namespace std::chrono_literals;
using testing::kPatience;
using testing::scaled;
using testing::took;

namespace {

std::unique_ptr<Transport> connect(const std::string& url, int attempts, TransportOptions options = {}) {
  options.base_url = url;
  options.retry.attempts = attempts;
  options.retry.wait = {Millis(20), Millis(100)};
  auto made = make_transport(options);
  REQUIRE(made.ok());
  return std::move(made).value();
}

Request request(const std::string& method, const std::string& target = "/") {
  return {method, target, {}, method == "GET" ? "" : "{}"};
}

}  // namespace

TEST_CASE("a mutation is sent again only when it surely was not acted on, a read after any failure that can pass") {
  struct Row {
    int status;
    bool get, patch;
  };
  for (const Row& row : {Row{200, false, false},
                         {400, false, false},
                         {401, false, false},
                         {403, false, false},
                         {404, false, false},
                         {409, false, false},
                         {410, false, false},
                         {422, false, false},
                         {429, true, true},
                         {500, true, false},
                         {501, false, false},
                         {502, true, false},
                         {503, true, false},
                         {504, true, false}}) {
    CAPTURE(row.status);
    CHECK(may_retry(request("GET"), row.status) == row.get);
    CHECK(may_retry(request("PATCH"), row.status) == row.patch);
  }
  struct Broken {
    Step step;
    bool get, patch;
  };
  for (const Broken& row : {Broken{Step::Setup, false, false},
                            {Step::Resolve, true, true},
                            {Step::Connect, true, true},
                            {Step::Handshake, true, true},
                            {Step::NeverSent, true, true},
                            {Step::Write, true, false},
                            {Step::Read, true, false},
                            {Step::Body, true, false},
                            {Step::Refused, false, false},
                            {Step::Limit, false, false}}) {
    CAPTURE(static_cast<int>(row.step));
    CHECK(may_retry(request("GET"), Failure{row.step, ""}) == row.get);
    for (const char* method : {"PATCH", "POST", "PUT", "DELETE"})
      CHECK(may_retry(request(method), Failure{row.step, ""}) == row.patch);
  }
}

TEST_CASE("Retry-After in seconds, anything else says nothing") {
  const auto asked = [](const char* value) { return retry_after({429, {{"retry-after", value}}, ""}); };
  CHECK(asked("3") == Millis(3000));
  CHECK(asked("0") == Millis(0));
  CHECK(asked("999999999") == Millis(std::chrono::hours(1)));
  for (const char* nonsense : {"", "-1", "1.5", "3 ", "99999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"})
    CHECK_FALSE(asked(nonsense));
  CHECK_FALSE(retry_after({429, {}, ""}));
}

TEST_CASE("reads get over 500, 503 and a cut, mutations only over 429, and arrive once otherwise") {
  std::atomic<int> arrived{0};
  std::atomic<int> answer{503};
  TestServer server([&](const Seen&, Peer& peer) {
    if (++arrived >= 3) return peer.respond(200, "ok");
    return answer != 0 && peer.respond(answer, "no");
  });
  auto transport = connect(server.url(), 4);
  const auto try_with = [&](const char* method, int status) {
    arrived = 0;
    answer = status;
    const auto got = transport->send(request(method), kPatience);
    return std::to_string(got.ok() ? got->status : 0) + " after " + std::to_string(arrived);
  };
  CHECK(try_with("GET", 503) == "200 after 3");
  CHECK(try_with("GET", 500) == "200 after 3");
  CHECK(try_with("GET", 0) == "200 after 3");
  CHECK(try_with("GET", 404) == "404 after 1");
  CHECK(try_with("PATCH", 429) == "200 after 3");
  CHECK(try_with("PATCH", 503) == "503 after 1");
  CHECK(try_with("PATCH", 500) == "500 after 1");
  CHECK(try_with("PATCH", 409) == "409 after 1");
  CHECK(try_with("PATCH", 0) == "0 after 1");
}

TEST_CASE("a server that keeps failing gets no more than the attempts, and its own words are the answer") {
  TestServer server([](const Seen&, Peer& peer) { return peer.respond(503, "etcd is away"); });
  auto transport = connect(server.url(), 4);
  const auto answer = transport->send(request("GET"), kPatience);
  REQUIRE(answer.ok());
  CHECK(answer->status == 503);
  CHECK(answer->body == "etcd is away");
  CHECK(server.requests() == 4);
  CHECK(connect(server.url(), 1)->send(request("GET"), kPatience)->status == 503);
  CHECK(server.requests() == 5);
}

TEST_CASE("Retry-After is waited for if the deadline allows, else the answer is given at once") {
  std::atomic<int> arrived{0};
  TestServer server([&](const Seen&, Peer& peer) {
    const int nth = ++arrived;
    return nth == 2 ? peer.respond(200, "ok")
                    : peer.respond(429, "slow down", nth == 1 ? "Retry-After: 1\r\n" : "Retry-After: 60\r\n");
  });
  auto transport = connect(server.url(), 4);
  std::optional<Result<Response>> answer;
  const Millis waited = took([&] { answer = transport->send(request("PATCH"), kPatience); });
  CHECK(answer->value().status == 200);
  CHECK(waited >= 1s);
  CHECK(waited < scaled(1900ms));
  const Millis at_once = took([&] { answer = transport->send(request("PATCH"), kPatience); });
  CHECK(answer->value().status == 429);
  CHECK(at_once < scaled(900ms));
}

TEST_CASE("nobody listens: mutations too are tried again, because nothing arrived, the deadline is kept") {
  int closed_port = 0;
  {
    closed_port = TestServer([](const Seen&, Peer&) { return false; }).port();
  }
  TransportOptions options;
  std::atomic<int> asked{0};
  options.authorization = [&]() -> std::optional<std::string> { return ++asked, std::nullopt; };
  auto transport = connect("http://127.0.0.1:" + std::to_string(closed_port), 4, options);
  CHECK_FALSE(transport->send(request("PATCH"), kPatience).ok());
  CHECK(asked == 4);
  auto patient = connect("http://127.0.0.1:" + std::to_string(closed_port), 1000, options);
  std::optional<Result<Response>> answer;
  CHECK(took([&] { answer = patient->send(request("GET"), 500ms); }) < scaled(1s));
  CHECK_THAT(answer->error().message, Catch::Contains("cannot connect"));
}

TEST_CASE("after a 401 a mutation is sent once more, where that one is cut off, it is not sent a third time") {
  std::atomic<int> patches{0};
  TestServer server([&](const Seen& seen, Peer& peer) {
    if (seen.method == "GET") return peer.respond(200, "ok");
    return ++patches % 2 == 1 && peer.respond(401, "who?");  // the second one is taken and dropped
  });
  TransportOptions options;
  std::atomic<int> refused{0};
  options.on_unauthorized = [&] { ++refused; };
  auto transport = connect(server.url(), 4, options);
  for (int i = 1; i <= 20; ++i) {
    REQUIRE(transport->send(request("GET"), kPatience).ok());  // so that the PATCH finds a kept connection
    const auto answer = transport->send(request("PATCH"), kPatience);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().kind == ErrorKind::Unavailable);
    CHECK(patches == 2 * i);
    CHECK(refused == i);
  }
}

TEST_CASE("a PATCH whose answer is cut off in the middle is Unavailable and arrived once") {
  std::atomic<int> patches{0};
  TestServer server([&](const Seen&, Peer& peer) {
    ++patches;
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"metadata\":");
    return false;
  });
  auto transport = connect(server.url(), 4);
  const auto answer = transport->send(request("PATCH"), kPatience);
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().kind == ErrorKind::Unavailable);
  CHECK(patches == 1);
}

TEST_CASE("a PATCH that is not answered is a Timeout and arrived once") {
  TestServer server([&](const Seen&, Peer& peer) { return peer.wait(1h); });
  auto transport = connect(server.url(), 4);
  CHECK(transport->send(request("PATCH"), 300ms).error().kind == ErrorKind::Timeout);
  CHECK(server.requests() == 1);
}

TEST_CASE("forty requests that hang cost two hundred others nothing, and a failing one is retried beside them") {
  std::atomic<int> failed{0};
  TestServer server([&](const Seen& seen, Peer& peer) {
    if (seen.target.starts_with("/hang")) return peer.wait(1h);
    if (seen.target == "/flaky" && ++failed < 3) return peer.respond(500, "");
    return peer.respond(200, seen.target);
  });
  auto transport = connect(server.url(), 4);
  std::vector<Request> requests;
  for (int i = 0; i < 40; ++i) requests.push_back(request("GET", "/hang" + std::to_string(i)));
  requests.push_back(request("GET", "/flaky"));
  for (int i = 0; i < 200; ++i) requests.push_back(request("GET", "/" + std::to_string(i)));
  std::vector<Result<Response>> answers;
  const Millis waited = took([&] { answers = transport->send_all(requests, scaled(3s)); });
  CHECK(waited >= scaled(3s));
  CHECK(waited < scaled(4s));
  for (std::size_t i = 0; i < 40; ++i) CHECK(answers[i].error().kind == ErrorKind::Timeout);
  for (std::size_t i = 40; i < answers.size(); ++i) {
    CAPTURE(i);
    REQUIRE(answers[i].ok());
    CHECK(answers[i]->status == 200);
  }
}

TEST_CASE("a batch whose credentials do not come ends at the deadline with what kept them away") {
  TestServer server([](const Seen&, Peer& peer) { return peer.respond(200, ""); });
  TransportOptions options;
  options.await_credentials = [](Millis longest) -> Status {
    std::this_thread::sleep_for(longest);
    return Error{ErrorKind::Unavailable, "the plugin does not answer", {}};
  };
  auto transport = connect(server.url(), 4, options);
  std::vector<Result<Response>> answers;
  CHECK(took([&] { answers = transport->send_all({request("GET"), request("GET")}, 300ms); }) < scaled(1s));
  CHECK_THAT(answers[0].error().message, Catch::Contains("the plugin does not answer"));
  CHECK(server.requests() == 0);
}
