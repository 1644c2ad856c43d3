// A peer that goes silent without a word: kept connections are thrown away after the first time-out, connects and
// headers have limits of their own, and the kernel is asked to probe whatever is kept open.
#include <utility>
// Asio needs <utility> first in C++20.
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/controller/http/client_under_test.h"
#include "tests/controller/http/test_server.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::http;
using namespace std::chrono_literals;
using testing::kPatience;
using testing::scaled;

namespace {

std::unique_ptr<Transport> connect(const std::string& url) {
  TransportOptions options;
  options.base_url = url;
  auto made = make_transport(options);
  REQUIRE(made.ok());
  return std::move(made).value();
}

const Request kGet{"GET", "/", {}, ""};

/// Of this machine's TCP connections to `port` that are established: how many have a keepalive timer. Source: Linux,
/// Documentation/networking/proc_net_tcp.rst.
std::string kept_alive(int port) {
  int all = 0, kept = 0;
  for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    std::ifstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      char remote[64];
      unsigned remote_port = 0, state = 0, timer = 0;
      if (std::sscanf(line.c_str(), " %*d: %*s %63[0-9A-F]:%x %x %*x:%*x %x:", remote, &remote_port, &state, &timer) !=
          4)
        continue;
      if (static_cast<int>(remote_port) != port || state != 1) continue;
      ++all;
      if (timer == 2) ++kept;
    }
  }
  return std::to_string(kept) + " of " + std::to_string(all);
}

}  // namespace

TEST_CASE("after a time-out without a sign of life the connections from before are not used again") {
  std::atomic<bool> dead{false};
  std::atomic<int> oldest_alive{0};
  TestServer server([&](const Seen& seen, Peer& peer) {
    if (dead && seen.connection < oldest_alive) return peer.wait(1h);
    peer.wait(scaled(20ms));
    return peer.respond(200, "ok");
  });
  auto transport = connect(server.url());
  for (const auto& answer : transport->send_all(std::vector<Request>(10, kGet), kPatience)) REQUIRE(answer.ok());
  REQUIRE(server.connections() == 10);
  oldest_alive = server.connections();
  dead = true;
  CHECK(transport->send(kGet, scaled(200ms)).error().kind == ErrorKind::Timeout);
  CHECK(transport->send(kGet, kPatience).ok());
}

TEST_CASE("one answer that does not come costs the other connections nothing") {
  TestServer server([&](const Seen& seen, Peer& peer) {
    if (seen.target == "/slow") return peer.wait(1h);
    peer.wait(scaled(20ms));
    return peer.respond(200, "ok");
  });
  auto transport = connect(server.url());
  std::vector<Request> requests(10, kGet);
  requests[4].target = "/slow";
  for (int i = 0; i < 3; ++i) transport->send_all(requests, scaled(200ms));
  CHECK(server.connections() <= 13);  // ten, and one more for each that hung
}

TEST_CASE("a stream waits for its headers and for a connection for a shorter time than for its next event") {
  boost::asio::io_context io;
  using boost::asio::ip::tcp;
  tcp::acceptor full(io);  // nobody accepts: once its queue is full the kernel drops further SYNs
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
  const auto began = std::chrono::steady_clock::now();
  const auto end = transport->stream(
      kGet, [](std::string_view) { return true; }, {}, 90s);
  const auto took = std::chrono::steady_clock::now() - began;
  REQUIRE_FALSE(end.ok());
  INFO(end.error().message);
  CHECK_THAT(end.error().message, Catch::Contains("cannot connect"));
  CHECK(took > (kBeast ? 2s : 5s));  // Beast has a limit of its own for each address
  CHECK(took < 15s);                 // 7 s, or 11 s where the first SYNs are sent every second (Linux 6.5)
}

TEST_CASE("the kernel probes every kept connection: to an address, and to a name that has served once") {
  TestServer server([](const Seen&, Peer& peer) { return peer.respond(200, "ok"); });
  const std::string host = GENERATE("127.0.0.1", "localhost");
  auto transport = connect("http://" + host + ":" + std::to_string(server.port()));
  for (int i = 0; i < 2; ++i) {
    REQUIRE(transport->send(kGet, kPatience).ok());
    std::this_thread::sleep_for(scaled(30ms));  // the library keeps a connection a moment after the answer
  }
  CHECK(kept_alive(server.port()) == "1 of 1");
  const ChunkSink sink = [](std::string_view) { return true; };
  REQUIRE(transport->stream(kGet, sink, {}, kPatience).ok());
  CHECK(kept_alive(server.port()) == "2 of 2");
}
