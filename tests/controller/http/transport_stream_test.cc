// Streams: chunks arrive as they are sent, and each way in which a stream can end ends it at once.
#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

#include "tests/controller/http/client_under_test.h"
#include "tests/controller/http/test_server.h"
#include "tests/controller/kube/eventually.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::http;
using namespace std::chrono_literals;
using testing::kPatience;
using testing::scaled;
using testing::took;

namespace {

const std::string kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n";

std::string chunk(const std::string& text) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx", text.size());
  return std::string(size) + "\r\n" + text + "\r\n";
}

std::unique_ptr<Transport> connect(const std::string& url, TransportOptions options = {}) {
  options.base_url = url;
  auto made = make_transport(options);
  REQUIRE(made.ok());
  return std::move(made).value();
}

/// Sends one event, then stays silent.
bool silent_watch(const Seen&, Peer& peer) {
  peer.write(kHead + chunk("event\n"));
  while (!peer.is_gone() && peer.wait(1ms)) continue;
  return false;
}

}  // namespace

TEST_CASE("a stream split at every byte arrives whole") {
  const std::string text = "{\"a\":1}\n{\"b\":\"\\u00e9\"}\n";
  TestServer server([&](const Seen&, Peer& peer) {
    std::string raw = kHead;
    for (const char c : text) raw += chunk(std::string(1, c));
    raw += chunk(text) + "0\r\n\r\n";
    for (const char c : raw)
      if (!peer.write(std::string(1, c))) return false;
    return true;
  });
  auto transport = connect(server.url());
  std::string got;
  const auto end = transport->stream(
      {}, [&](std::string_view bytes) { return got.append(bytes), true; }, {}, kPatience);
  REQUIRE(end.ok());
  CHECK(end->status == 200);
  CHECK(end->header("x-a") == "b");
  CHECK(end->body.empty());
  CHECK(got == text + text);
}

TEST_CASE("stopping a stream takes milliseconds") {
  TestServer server(silent_watch);
  auto transport = connect(server.url());
  std::vector<std::chrono::duration<double, std::milli>> latencies;
  for (int i = 0; i < 20; ++i) {
    std::stop_source stop;
    std::atomic<bool> arrived{false};
    std::optional<Result<Response>> end;
    std::chrono::steady_clock::time_point ended;
    std::thread watching([&] {
      end = transport->stream(
          {}, [&](std::string_view) { return arrived = true; }, stop.get_token(), 60s);
      ended = std::chrono::steady_clock::now();
    });
    while (!arrived) std::this_thread::sleep_for(1ms);
    const auto requested = std::chrono::steady_clock::now();
    stop.request_stop();
    watching.join();
    REQUIRE(end->ok());
    CHECK(end->value().status == 200);
    latencies.push_back(ended - requested);
  }
  std::sort(latencies.begin(), latencies.end());
  INFO("stop latency in ms: median " << latencies[10].count() << ", worst " << latencies.back().count());
  CHECK(latencies[10] < scaled(20ms));
  CHECK(latencies.back() < scaled(500ms));
}

TEST_CASE("a stopped stream's connection is closed, not leaked") {
  std::atomic<int> open{0};
  TestServer server([&](const Seen& seen, Peer& peer) {
    ++open;
    silent_watch(seen, peer);
    --open;
    return false;
  });
  auto transport = connect(server.url());
  std::stop_source stop;
  auto end = transport->stream(
      {}, [&](std::string_view) { return stop.request_stop(), true; }, stop.get_token(), 60s);
  CHECK(end.ok());
  CHECK(tests::eventually([&] { return open == 0; }));
  CHECK_FALSE(transport
                  ->stream(
                      {}, [](std::string_view) { return true; }, stop.get_token(), 60s)
                  .ok());
}

TEST_CASE("the sink ends a stream, and is not called again") {
  TestServer server([](const Seen&, Peer& peer) {
    peer.write(kHead);
    while (peer.write(chunk("more\n"))) continue;
    return false;
  });
  auto transport = connect(server.url());
  int calls = 0;
  const auto end = transport->stream(
      {}, [&](std::string_view) { return ++calls < 3; }, {}, kPatience);
  REQUIRE(end.ok());
  CHECK(end->status == 200);
  std::this_thread::sleep_for(scaled(20ms));
  CHECK(calls == 3);
}

TEST_CASE("silence ends a stream, activity does not") {
  TestServer server([](const Seen&, Peer& peer) {
    peer.write(kHead);
    for (int i = 0; i < 8; ++i)
      if (!peer.wait(scaled(100ms)) || !peer.write(chunk("beat\n"))) return false;
    while (!peer.is_gone() && peer.wait(5ms)) continue;
    return false;
  });
  auto transport = connect(server.url());
  int beats = 0;
  std::optional<Result<Response>> end;
  const Millis lasted = took([&] {
    end = transport->stream(
        {}, [&](std::string_view) { return ++beats > 0; }, {}, scaled(300ms));
  });
  CHECK(lasted > scaled(1050ms));
  CHECK(lasted < scaled(1900ms));
  CHECK(beats == 8);
  REQUIRE_FALSE(end->ok());
  CHECK(end->error().kind == ErrorKind::Timeout);
}

TEST_CASE("a stream that breaks off is an error, one that is refused returns the body") {
  TestServer server([](const Seen& request, Peer& peer) {
    if (request.target == "/gone") return peer.respond(410, "{\"reason\":\"Expired\"}");
    peer.write(kHead + chunk("event\n") + "10\r\nhal");
    peer.wait(scaled(20ms));
    return false;
  });
  auto transport = connect(server.url());
  std::string got;
  const ChunkSink sink = [&](std::string_view bytes) { return got.append(bytes), true; };
  const auto broken = transport->stream({"GET", "/cut", {}, ""}, sink, {}, kPatience);
  REQUIRE_FALSE(broken.ok());
  CHECK_THAT(broken.error().message, Catch::Contains("cut off"));
  CHECK(got == (kBeast ? "event\nhal" : "event\n"));  // cpprestsdk keeps a chunk until it is whole
  got.clear();
  const auto refused = transport->stream({"GET", "/gone", {}, ""}, sink, {}, kPatience);
  REQUIRE(refused.ok());
  CHECK(refused->status == 410);
  CHECK(refused->body == "{\"reason\":\"Expired\"}");
  CHECK(got.empty());
}

TEST_CASE("a stream takes more than any body limit") {
  constexpr int kEvents = 100'000;
  TestServer server([](const Seen&, Peer& peer) {
    peer.write(kHead);
    std::string batch;
    for (int i = 0; i < 100; ++i) batch += chunk(std::string(199, 'x') + "\n");
    for (int i = 0; i < kEvents / 100; ++i)
      if (!peer.write(batch)) return false;
    return peer.write("0\r\n\r\n");
  });
  TransportOptions options;
  options.max_body_bytes = 10'000'000;  // half of it; bytes that overtake the headers count, too
  auto transport = connect(server.url(), options);
  std::size_t bytes = 0;
  const auto end = transport->stream(
      {}, [&](std::string_view b) { return (bytes += b.size()) > 0; }, {}, kPatience);
  REQUIRE(end.ok());
  CHECK(bytes == 200UL * kEvents);
}
