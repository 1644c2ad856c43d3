// Calls against a server that misbehaves on purpose: what is sent again and what never, how exact deadlines are, and
// whether the message says what went wrong.
#include <utility>
// Asio needs <utility> first in C++20.
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

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

std::unique_ptr<Transport> connect(const std::string& url, TransportOptions options = {}) {
  options.base_url = url;
  auto made = make_transport(options);
  REQUIRE(made.ok());
  return std::move(made).value();
}

bool ok_script(const Seen&, Peer& peer) {
  return peer.respond(200, "ok");
}

bool says(const Error& error, const std::string& part) {
  return error.message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a request arrives as it was written, behind the prefix") {
  std::vector<Seen> seen;
  TestServer server([&](const Seen& request, Peer& peer) {
    seen.push_back(request);
    return peer.respond(404, "{}", "X-Thing: Value\r\n");
  });
  TransportOptions options;
  options.authorization = [] { return std::optional<std::string>("Bearer t"); };
  auto transport = connect(server.url() + "/prom", options);
  const auto response = transport->send({"POST", "/api?q=a%2Fb%20c", {{"Content-Type", "x/y"}}, "body"}, kPatience);
  REQUIRE(response.ok());
  CHECK(response->status == 404);
  CHECK(response->header("x-thing") == "Value");
  CHECK(response->body == "{}");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/prom/api?q=a%2Fb%20c");
  CHECK(seen[0].body == "body");
  CHECK(seen[0].authorization == "Bearer t");
  CHECK(seen[0].user_agent == "aiautoscaler");
}

TEST_CASE("thirty PATCHes on dropped connections arrive thirty times") {
  std::atomic<int> patches{0};
  TestServer server([&](const Seen& request, Peer& peer) {
    if (request.method == "PATCH") return ++patches < 0;  // taken, dropped without an answer
    return peer.respond(200, "ok");
  });
  auto transport = connect(server.url());
  const std::string body = GENERATE(std::string("{}"), std::string());
  for (int i = 0; i < 30; ++i) {
    REQUIRE(transport->send({"GET", "/warm", {}, ""}, kPatience).ok());
    const auto answer = transport->send({"PATCH", "/x", {}, body}, kPatience);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().kind == ErrorKind::Unavailable);
    CHECK_THAT(answer.error().message, Catch::Contains("before the server answered"));
  }
  CHECK(patches == 30);
  CHECK(server.connections() < 50);  // most of the PATCHes were sent on a connection that had served a GET
}

TEST_CASE("a PATCH finds out that an idle connection was closed and takes a new one") {
  std::atomic<int> patches{0};
  TestServer server([&](const Seen& request, Peer& peer) {
    if (request.method == "PATCH") ++patches;
    peer.respond(200, "ok");
    return false;  // closes after each answer without having said so
  });
  auto transport = connect(server.url());
  for (int i = 0; i < 20; ++i) {
    CHECK(transport->send({"PATCH", "/x", {}, "{}"}, kPatience).ok());
    std::this_thread::sleep_for(scaled(30ms));  // until the close has come, also on a busy machine
  }
  CHECK(patches == 20);
}

TEST_CASE("a GET on a dropped keep-alive connection is sent once more") {
  TestServer server([&](const Seen& request, Peer& peer) { return request.nth == 0 && peer.respond(200, "ok"); });
  auto transport = connect(server.url());
  for (int i = 0; i < 5; ++i) CHECK(transport->send({"GET", "/", {}, ""}, kPatience).ok());
}

TEST_CASE("redirects are not followed") {
  TestServer server(
      [](const Seen& request, Peer& peer) { return peer.respond(302, request.target, "Location: /elsewhere\r\n"); });
  TransportOptions options;
  options.authorization = [] { return std::optional<std::string>("Bearer secret"); };
  auto transport = connect(server.url(), options);
  const auto response = transport->send({"GET", "/first", {}, ""}, kPatience);
  REQUIRE(response.ok());
  CHECK(response->status == 302);
  CHECK(server.requests() == 1);
}

TEST_CASE("after a 401 credentials are read again and the request is sent once more") {
  std::atomic<int> read{0};
  TransportOptions options;
  options.authorization = [&] { return std::optional<std::string>(read > 0 ? "Bearer new" : "Bearer old"); };
  options.on_unauthorized = [&] { ++read; };
  std::string accepted = "Bearer new";
  TestServer server(
      [&](const Seen& request, Peer& peer) { return peer.respond(request.authorization == accepted ? 200 : 401, ""); });
  auto transport = connect(server.url(), options);
  const std::string method = GENERATE("GET", "PATCH");
  const auto response = transport->send({method, "/", {}, ""}, kPatience);
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(server.requests() == 2);

  accepted = "Bearer never";
  CHECK(transport->send({method, "/", {}, ""}, kPatience)->status == 401);
  CHECK(server.requests() == 4);
}

TEST_CASE("a body beyond the limit is an error, whichever way it is framed") {
  const bool chunked = GENERATE(false, true);
  TestServer server([&](const Seen&, Peer& peer) {
    if (!chunked) return peer.respond(200, std::string(3'000'000, 'x'));
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 300; ++i)
      if (!peer.write("2710\r\n" + std::string(10'000, 'x') + "\r\n")) return false;
    return peer.write("0\r\n\r\n");
  });
  TransportOptions options;
  options.max_body_bytes = 1'000'000;
  auto transport = connect(server.url(), options);
  const auto response = transport->send({"GET", "/", {}, ""}, kPatience);
  REQUIRE_FALSE(response.ok());
  CHECK(says(response.error(), "more than 1000000 bytes"));
  options.max_body_bytes = 3'000'000;
  auto roomy = connect(server.url(), options);
  REQUIRE(roomy->send({"GET", "/", {}, ""}, kPatience).ok());
}

TEST_CASE("deadlines are kept whatever the server does not do") {
  struct Row {
    const char* what;
    TestServer::Script script;
    const char* words;
  };
  const auto forever = [](Peer& peer) {
    while (peer.wait(1h)) continue;
    return false;
  };
  const auto slow = [](Peer& peer, const std::string& piece) {
    while (peer.wait(50ms) && peer.write(piece)) continue;
    return false;
  };
  const std::vector<Row> rows = {
      {"says nothing", [&](const Seen&, Peer& peer) { return forever(peer); }, "not even its headers"},
      {"stops in the headers",
       [&](const Seen&, Peer& peer) { return peer.write("HTTP/1.1 200 OK\r\nA:") && forever(peer); },
       "not even its headers"},
      {"stops in the body",
       [&](const Seen&, Peer& peer) {
         return peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n") && forever(peer);
       },
       "3 body bytes came"},
      {"drips headers",
       [&](const Seen&, Peer& peer) { return peer.write("HTTP/1.1 200 OK\r\n") && slow(peer, "X-A: b\r\n"); },
       "not even its headers"},
      {"drips body",
       [&](const Seen&, Peer& peer) {
         return peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") && slow(peer, "1\r\nx\r\n");
       },
       "body bytes came"},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    TestServer server(row.script);
    auto transport = connect(server.url());
    std::optional<Result<Response>> response;
    const Millis waited = took([&] { response = transport->send({"GET", "/", {}, ""}, 300ms); });
    CHECK(waited >= 300ms);
    CHECK(waited < scaled(1s));  // exact to milliseconds; a busy machine is not
    REQUIRE_FALSE(response->ok());
    CHECK(response->error().kind == ErrorKind::Timeout);
    CHECK(says(response->error(), "timed out after 300ms"));
    CHECK(says(response->error(), row.words));
  }
}

TEST_CASE("a host that takes no connection costs the deadline, not more") {
  // A listener that nobody accepts from: once its queue is full the kernel drops further SYNs.
  boost::asio::io_context io;
  using boost::asio::ip::tcp;
  tcp::acceptor full(io);
  full.open(tcp::v4());
  full.bind({boost::asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  std::vector<tcp::socket> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(io, tcp::v4()).non_blocking(true);
    const auto endpoint = full.local_endpoint();
    ::connect(fillers.back().native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  }
  auto transport = connect("http://127.0.0.1:" + std::to_string(full.local_endpoint().port()));
  std::optional<Result<Response>> response;
  CHECK(took([&] { response = transport->send({"GET", "/", {}, ""}, 300ms); }) < scaled(1s));
  REQUIRE_FALSE(response->ok());
  CHECK(response->error().kind == ErrorKind::Timeout);
}

TEST_CASE("errors say which step failed") {
  int closed_port = 0;
  { closed_port = TestServer(ok_script).port(); }
  const auto refused =
      connect("http://127.0.0.1:" + std::to_string(closed_port))->send({"GET", "/", {}, ""}, kPatience);
  REQUIRE_FALSE(refused.ok());
  INFO(refused.error().message);
  CHECK(says(refused.error(), "cannot connect"));
  CHECK(says(refused.error(), std::to_string(closed_port)));
  const auto unknown = connect("http://no-such-host.invalid")->send({"GET", "/", {}, ""}, kPatience);
  REQUIRE_FALSE(unknown.ok());
  CHECK(says(unknown.error(), "DNS"));
  const auto injected = connect("http://127.0.0.1:1")->send({"GET", "/", {{"A", "b\r\nC: d"}}, ""}, kPatience);
  REQUIRE_FALSE(injected.ok());
  CHECK(says(injected.error(), "header 'A'"));
}

TEST_CASE("a URL that cannot work is refused at start") {
  const std::string url = GENERATE("", "host:1", "http://host:99999");
  TransportOptions options;
  options.base_url = url;
  const auto made = make_transport(options);
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().kind == ErrorKind::Invalid);
}

TEST_CASE("an IPv6 address as host, a proxy: what the library cannot do is refused at start") {
  TransportOptions literal, proxied;
  literal.base_url = "http://[::1]:8080";
  proxied.base_url = "https://api.example";
  proxied.proxy = "http://proxy.example:3128";
  CHECK(make_transport(literal).ok() == kBeast);
  CHECK(make_transport(proxied).ok() == kBeast);
  CHECK(make_api_server_transport(proxied).ok());
  proxied.proxy = "socks5://proxy.example:3128";
  CHECK_FALSE(make_api_server_transport(proxied).ok());
}

TEST_CASE("answers that break off or are no HTTP are errors, and the process lives") {
  struct Row {
    std::string raw, words;
  };
  const auto row = GENERATE(Row{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "cut off"},
                            Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "cut off"},
                            Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "cut off"},
                            Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabcdef\r\n",
                                kBeast ? "not a number" : "negative size"},
                            Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\nabc",
                                kBeast ? "too large" : "not a number"},
                            Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", "not a number"},
                            Row{"", "before the server answered"}, Row{"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", "not HTTP"});
  INFO(row.raw);
  TestServer server([&](const Seen&, Peer& peer) {
    peer.write(row.raw);
    peer.wait(scaled(20ms));
    return false;
  });
  auto transport = connect(server.url());
  const auto response = transport->send({"GET", "/", {}, ""}, kPatience);
  REQUIRE_FALSE(response.ok());
  CHECK(response.error().kind == (row.words == "too large" ? ErrorKind::TooLarge : ErrorKind::Unavailable));
  CHECK_THAT(response.error().message, Catch::Contains(row.words));
}

TEST_CASE("a batch runs side by side, in order, under one deadline") {
  TestServer server([&](const Seen& request, Peer& peer) {
    if (request.target == "/never") {
      while (peer.wait(1h)) continue;
      return false;
    }
    peer.wait(100ms);
    return peer.respond(200, request.target);
  });
  auto transport = connect(server.url());
  std::vector<Request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back({"GET", "/" + std::to_string(i), {}, ""});
  std::vector<Result<Response>> answers;
  CHECK(took([&] { answers = transport->send_all(requests, kPatience); }) < scaled(1500ms));
  for (std::size_t i = 0; i < 20; ++i) CHECK(answers[i]->body == "/" + std::to_string(i));

  for (int i = 20; i < 100; ++i) requests.push_back({"GET", "/" + std::to_string(i), {}, ""});
  requests[3].target = "/never";
  CHECK(took([&] { answers = transport->send_all(requests, scaled(1s)); }) < scaled(1600ms));
  REQUIRE(answers.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) {
    INFO(i);
    if (i == 3) {
      CHECK(answers[i].error().kind == ErrorKind::Timeout);
    } else {
      REQUIRE(answers[i].ok());
      CHECK(answers[i]->body == "/" + std::to_string(i));
    }
  }
  CHECK(transport->send_all({}, 1s).empty());
}

TEST_CASE("many threads may share one transport") {
  TestServer server([](const Seen& request, Peer& peer) { return peer.respond(200, request.target + request.body); });
  auto transport = connect(server.url());
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string id = "/" + std::to_string(t * 1000 + i);
        const auto answer = transport->send({i % 2 == 0 ? "GET" : "PUT", id, {}, i % 2 == 0 ? "" : "b"}, kPatience);
        if (answer.ok() && answer->body == id + (i % 2 == 0 ? "" : "b")) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 400);
}

TEST_CASE("interim answers never give one request the answer of another") {
  const std::string interim = GENERATE("100 Continue", "102 Processing", "103 Early Hints");
  TestServer server([&](const Seen& request, Peer& peer) {
    if (request.target != "/early") return peer.wait(1ms) && peer.respond(200, request.target);
    if (!peer.write("HTTP/1.1 " + interim + "\r\n\r\n")) return false;
    peer.wait(scaled(30ms));
    return peer.respond(200, request.target);
  });
  auto transport = connect(server.url());
  int answered = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<Request> requests;
    for (int i = 0; i < 8; ++i) requests.push_back({"GET", "/" + std::to_string(round * 8 + i), {}, ""});
    requests[round % 8].target = "/early";
    const auto answers = transport->send_all(requests, kPatience);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i].ok()) continue;
      CHECK(answers[i]->body == requests[i].target);
      ++answered;
    }
  }
  if (kBeast) CHECK(answered == 160);
}

TEST_CASE("what one server floods costs no more memory than the limit") {
  const std::string flood = GENERATE("one chunk", "a header", "a chunk's extension", "interim answers");
  if (!kBeast) return;  // of the API server's memory its own limits are the bound
  std::atomic<std::size_t> taken{0};
  TestServer server([&](const Seen&, Peer& peer) {
    const std::string piece(1U << 16U, 'x');
    if (flood == "one chunk") peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000\r\n");
    if (flood == "a header") peer.write("HTTP/1.1 200 OK\r\nX-A: ");
    if (flood == "a chunk's extension") peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    const std::string more = flood == "interim answers" ? "HTTP/1.1 100 Continue\r\n\r\n" : piece;
    while (taken < (64U << 20U) && peer.write(more)) taken += more.size();
    return false;
  });
  TransportOptions options;
  options.max_body_bytes = 1U << 20U;
  auto transport = connect(server.url(), options);
  const auto response = transport->send({"GET", "/", {}, ""}, kPatience);
  REQUIRE_FALSE(response.ok());
  INFO(response.error().message);
  CHECK(response.error().kind == ErrorKind::TooLarge);
  CHECK((says(response.error(), "more than 1048576 bytes") || says(response.error(), "a header of more than") ||
         says(response.error(), "interim answers")));
  CHECK(taken < (32U << 20U));  // and not 64 MiB: the connection was closed; what is on its way is the kernel's
}

TEST_CASE("tenants share what is under way: many slow answers of one keep no other waiting") {
  TestServer server([](const Seen& request, Peer& peer) {
    if (request.target == "/slow") {
      while (peer.wait(1h)) continue;
      return false;
    }
    return peer.respond(200, request.target);
  });
  TransportOptions options;
  options.max_bytes_under_way = 8'000'000;
  auto transport = connect(server.url(), options);
  std::vector<Request> requests;
  for (int i = 0; i < 100; ++i) {
    requests.push_back({"GET", "/slow", {}, ""});
    requests.back().tenant = "a";
  }
  for (int i = 0; i < 20; ++i) {
    requests.push_back({"GET", "/" + std::to_string(i), {}, ""});
    requests.back().tenant = "z";
  }
  for (auto& request : requests) request.max_body_bytes = 1'000'000;
  const auto answers = transport->send_all(requests, scaled(3s));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    INFO(requests[i].target);
    REQUIRE(answers[i].ok() == (i >= 100));
    if (i >= 100) continue;
    const auto& error = answers[i].error();
    CHECK(
        (error.kind == ErrorKind::Timeout || (error.kind == ErrorKind::Throttled && says(error, "not asked within"))));
  }
  CHECK(answers[0].error().kind == ErrorKind::Timeout);     // that was asked
  CHECK(answers[99].error().kind == ErrorKind::Throttled);  // that was not
  CHECK(server.connections() <= 8);                         // of a megabyte each
}
