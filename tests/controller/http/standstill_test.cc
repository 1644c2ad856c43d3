// The HTTP library's one thread never waits for itself: answers are refused, left behind and cut off by dozens at
// once, and a server that is well is answered for within the deadline all the same. The stutter is that of an API
// server short of CPU: seconds, and an hour of steady time as a soak (./dev test --soak).
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

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

constexpr std::size_t kLimit = 10'000;  ///< of a body
constexpr std::size_t kAtOnce = 24;     ///< requests side by side

std::unique_ptr<Transport> connect(const std::string& url, std::size_t limit = kLimit) {
  TransportOptions options;
  options.base_url = url;
  options.max_body_bytes = limit;
  auto made = make_transport(options);
  REQUIRE(made.ok());
  return std::move(made).value();
}

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kChunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";

/// Body bytes until the client has gone.
bool flood(Peer& peer) {
  while (peer.write(kChunk)) continue;
  return false;
}

bool answer(const Seen& seen, Peer& peer) {
  if (seen.target == "/well") return peer.respond(200, "well" + seen.body);
  if (seen.target == "/long") return peer.respond(200, std::string(20 * kLimit, 'x'));
  if (seen.target == "/chunks") return peer.write(kChunked) && flood(peer);
  if (seen.target == "/negative") return peer.write(kChunked + "-1\r\n") && flood(peer);
  if (seen.target == "/cut") return peer.write(kChunked + "2000\r\n") && peer.write(std::string(100, 'x')) && false;
  if (seen.target == "/drips") {
    peer.write(kChunked);
    while (peer.wait(1ms) && peer.write("1\r\nx\r\n")) continue;
  }
  return false;
}

std::vector<Request> many(const std::string& target, const char* method = "GET") {
  return std::vector<Request>(kAtOnce, {method, target, {}, *method == 'P' ? "{}" : ""});
}

/// A server that is well is answered for, by reading and by writing.
void check_well(Transport& transport) {
  for (const auto& request : {Request{"GET", "/well", {}, ""}, Request{"PATCH", "/well", {}, "{}"}}) {
    const auto response = transport.send(request, kPatience);
    INFO(request.method << ": " << (response.ok() ? "" : response.error().message));
    REQUIRE(response.ok());
    CHECK(response->body == "well" + request.body);
  }
}

}  // namespace

TEST_CASE("answers that are refused, cut off or left behind by dozens hold up nothing") {
  TestServer server(answer);
  auto transport = connect(server.url());
  const std::string target = GENERATE("/long", "/chunks", "/negative", "/cut", "/drips");
  const bool drips = target == "/drips";
  const bool is_large = target == "/long" || target == "/chunks";
  const auto expected = drips ? ErrorKind::Timeout : is_large ? ErrorKind::TooLarge : ErrorKind::Unavailable;
  INFO(target);
  for (int round = 0; round < 10; ++round) {
    const char* method = round % 2 == 0 ? "GET" : "PATCH";
    for (const auto& one : transport->send_all(many(target, method), drips ? 50ms : kPatience)) {
      REQUIRE_FALSE(one.ok());
      CHECK(one.error().kind == expected);
    }
    check_well(*transport);
  }
}

TEST_CASE("streams whose readers stop by dozens hold up nothing, and their connections end") {
  TestServer server(answer);
  auto transport = connect(server.url(), 1000 * kLimit);  // bytes that overtake the headers must not meet it
  for (int round = 0; round < 10; ++round) {
    std::vector<std::jthread> readers;
    for (std::size_t i = 0; i < kAtOnce; ++i)
      readers.emplace_back([&] {
        const auto end = transport->stream(
            {"GET", "/chunks", {}, ""}, [](std::string_view) { return false; }, {}, kPatience);
        if (!end.ok()) FAIL_CHECK(end.error().message);
      });
    readers.clear();
    check_well(*transport);
  }
  // The server's threads end only when their clients have gone: its destructor would wait for ever.
}

namespace {

/// A server that stands still for 50 to 600 ms, again and again, as one that is short of CPU does.
class Stutter {
 public:
  explicit Stutter(unsigned seed) : draw_(seed), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !still_; });
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      set(true);
      std::this_thread::sleep_for(50ms + draw_() % 550 * 1ms);
      set(false);
      std::this_thread::sleep_for(100ms + draw_() % 700 * 1ms);
    }
  }
  void set(bool still) {
    const std::lock_guard lock(mutex_);
    still_ = still;
    changed_.notify_all();
  }

  std::minstd_rand draw_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool still_ = false;
  std::jthread thread_;
};

/// Calls with a deadline of a quarter of a second and streams that bear as much silence, of all kinds at once.
void load(Transport& transport, unsigned seed, const std::stop_token& stop) {
  const char* const kTargets[] = {"/well", "/long", "/chunks", "/negative", "/cut", "/drips"};
  std::minstd_rand draw(seed);
  while (!stop.stop_requested()) {
    if (draw() % 3 == 0) {
      const auto lines = draw() % 5;
      unsigned seen = 0;
      (void)transport.stream(
          {"GET", "/drips", {}, ""}, [&](std::string_view) { return ++seen <= lines; }, stop, 250ms);
      continue;
    }
    std::vector<Request> requests;
    for (std::size_t i = 0; i < kAtOnce; ++i)
      requests.push_back({draw() % 4 == 0 ? "PATCH" : "GET", kTargets[draw() % std::size(kTargets)], {}, ""});
    (void)transport.send_all(requests, 250ms);
  }
}

/// Every well call is answered, and every other one ends at its deadline, for so long.
void outlast_a_stutter(std::chrono::seconds duration) {
  Stutter stutter(7);
  TestServer server([&](const Seen& seen, Peer& peer) {
    stutter.pass();
    return answer(seen, peer);
  });
  auto transport = connect(server.url());
  std::vector<std::jthread> callers;
  for (unsigned seed = 1; seed <= 6; ++seed)
    callers.emplace_back([&, seed](const std::stop_token& stop) { load(*transport, seed, stop); });
  auto calm = connect(server.url());  // connections of its own, the same thread of the library
  const auto until = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < until) {
    const auto answered = took([&] { check_well(*calm); });
    CHECK(answered < scaled(10s));
    const auto late = took([&] { (void)calm->send({"GET", "/drips", {}, ""}, 100ms); });
    CHECK(late < scaled(2s));
  }
}

}  // namespace

TEST_CASE("a server that stutters stops nobody: calls end at their deadlines, and well ones are answered") {
  outlast_a_stutter(8s);
}

TEST_CASE("an hour of it", "[.][soak]") {
  for (int i = 0; i < 180; ++i) outlast_a_stutter(20s);  // the server keeps its sockets until it ends
}
