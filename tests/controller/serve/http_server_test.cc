// The server against clients that do not behave: slow, greedy, many, wrong. Real sockets on the loopback.
#include "controller/serve/http_server.h"
#include "tests/wall_time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <list>
#include <thread>

namespace aia::serve {
namespace {

using namespace std::chrono_literals;
using testing::scaled;
using testing::took;

/// 127.x.y.z; all of 127.0.0.0/8 is ours to come from.
std::uint32_t loopback(std::uint32_t number) {
  return INADDR_LOOPBACK + number;
}

/// A plain blocking client, from 127.0.0.1 + `from`.
class Client {
 public:
  explicit Client(std::uint16_t port, std::uint32_t from = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(loopback(from));
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&source), sizeof source) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(const std::string& text) const {
    static_cast<void>(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
  }
  /// What arrives until the server closes, or half a minute passes without a byte.
  [[nodiscard]] std::string receive() const {
    std::string all;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<std::size_t>(got));
    return all;
  }
  std::string ask(const std::string& text) const {
    send(text);
    return receive();
  }
  /// Whether the server has ended it; waits for that until the deadline.
  [[nodiscard]] bool ended(std::chrono::milliseconds patience = testing::kPatience) const {
    pollfd wait{socket_, POLLIN, 0};
    char byte = 0;
    return ::poll(&wait, 1, static_cast<int>(patience.count())) > 0 && ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
  }

 private:
  int socket_;
  bool connected_ = false;
};

constexpr std::size_t kLarge = 32 << 20;  // more than the sockets' buffers hold

std::unique_ptr<HttpServer> serve(HttpServerOptions options = {}) {
  options.listen = "127.0.0.1:0";
  auto server = HttpServer::start(options, [](const std::string& path) -> HttpAnswer {
    static const auto large = std::make_shared<const std::string>(kLarge, 'x');
    if (path == "/hello") return plain_answer(200, "hello");
    if (path == "/large") return {200, "text/plain", large};
    return plain_answer(404, "not found");
  });
  REQUIRE(server.ok());
  return std::move(server).value();
}

const std::string kHello = "GET /hello?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_CASE("a GET is answered, its query is no part of the path, HEAD has no body") {
  const auto server = serve();
  const auto answer = Client(server->port()).ask(kHello);
  CHECK(answer.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
  CHECK(answer.substr(answer.size() - 6) == "hello\n");
  const auto head = Client(server->port()).ask("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(head.find("Content-Length: 6") != std::string::npos);
  CHECK(head.substr(head.size() - 4) == "\r\n\r\n");
}

TEST_CASE("what is wrong is refused by its status") {
  const auto server = serve();
  const auto status = [&](const std::string& request) { return Client(server->port()).ask(request).substr(9, 3); };
  CHECK(status("GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") == "404");
  CHECK(status("DELETE /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") == "405");
  CHECK(status("GET /hello HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n") == "431");
  CHECK(status("POST /hello HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n") == "413");
  CHECK(status("POST /hello HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n") != "200");
  CHECK(status("no HTTP at all\r\n\r\n") == "400");
}

TEST_CASE("a connection serves several requests") {
  const auto server = serve();
  const Client client(server->port());
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto both = client.ask(kHello);
  CHECK(both.find("hello\n") != both.rfind("hello\n"));
}

TEST_CASE("a slow client is cut off, even one that keeps sending, and holds nobody else") {
  HttpServerOptions options;
  options.patience = scaled(300ms);
  const auto server = serve(options);
  const Client slow(server->port());
  slow.send("GET /hello HT");
  const auto begun = std::chrono::steady_clock::now();
  std::jthread trickle([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      slow.send("x");
      std::this_thread::sleep_for(50ms);
    }
  });
  CHECK(Client(server->port()).ask(kHello).rfind("HTTP/1.1 200", 0) == 0);
  CHECK(slow.receive().empty());
  CHECK(std::chrono::steady_clock::now() - begun < scaled(2s));
}

TEST_CASE("which connection goes for a new one") {
  HttpServerOptions options;
  options.max_connections = 6;
  options.max_per_address = 3;
  const auto chosen = [&](std::vector<HttpConnection> open, const std::string& address) {
    const auto index = connection_to_close(open, address, options);
    return index ? static_cast<int>(*index) : -1;
  };
  const HttpConnection a1{"a", false, 1}, a2{"a", false, 2}, a3{"a", false, 3}, b4{"b", false, 4}, b5{"b", false, 5},
      c6{"c", false, 6}, d7{"d", false, 7}, e8{"e", false, 8}, f0{"f", false, 0};
  const HttpConnection a1_answered{"a", true, 1}, a2_answered{"a", true, 2}, a3_answered{"a", true, 3},
      c0_answered{"c", true, 0};
  struct Row {
    const char* what;
    std::vector<HttpConnection> open;
    std::string from;
    int goes;
  };
  const Row rows[] = {
      {"none while there is room", {a1, a2, b4, b5, c6}, "a", -1},
      {"an address at its limit: the idlest of its own", {a2, a3, a1, b4}, "a", 2},
      {"also in a full server, though another is idler", {f0, a2, a3, a1, b4, b5}, "a", 3},
      {"of its own, too, who is not being answered", {a1_answered, a2, a3}, "a", 1},
      {"all of its own being answered: the one for longest", {a2_answered, a1_answered, a3_answered, b4}, "a", 1},
      {"full: the idlest of who holds most", {f0, b5, b4, a3, a2, c6}, "c", 4},
      {"full: who holds most, though it is being answered",
       {f0, b4, c6, a2_answered, a1_answered, a3_answered},
       "g",
       4},
      {"all hold as many: who is not being answered, then the idlest", {c0_answered, a2, b4, d7, e8, f0}, "g", 5},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    CHECK(chosen(row.open, row.from) == row.goes);
  }
}

TEST_CASE("silent connections keep nobody out: the newest is answered, however many there are") {
  const auto server = serve();
  std::list<Client> silent;
  const auto is_answered = [&](std::uint32_t from) {
    return Client(server->port(), from).ask(kHello).rfind("HTTP/1.1 200", 0) == 0;
  };
  SECTION("all from one address") {
    for (int i = 0; i < 100; ++i) silent.emplace_back(server->port(), 1);
  }
  SECTION("from one address, with half a request line") {
    for (int i = 0; i < 100; ++i) silent.emplace_back(server->port(), 1).send("GET /hel");
  }
  SECTION("each from an address of its own") {
    for (std::uint32_t i = 0; i < 100; ++i) silent.emplace_back(server->port(), i + 1).send("GET /hel");
  }
  SECTION("from the address of who asks") {
    for (int i = 0; i < 100; ++i) silent.emplace_back(server->port(), 0).send("GET /hel");
  }
  SECTION("who read nothing of long answers") {
    for (std::uint32_t i = 0; i < 100; ++i)
      silent.emplace_back(server->port(), i % 20 + 1).send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  for (int i = 0; i < 3; ++i) CHECK(is_answered(0));
  CHECK(is_answered(200));
}

TEST_CASE("an address holds so many connections and no more, and takes none of another's") {
  const auto server = serve();
  const Client other(server->port(), 2);
  std::list<Client> greedy;
  for (int i = 0; i < 20; ++i) greedy.emplace_back(server->port(), 1);
  std::size_t ended = 0;
  for (const auto& client : greedy) {
    if (ended == 20 - HttpServerOptions{}.max_per_address) break;  // the eldest went
    CHECK(client.ended());
    ++ended;
  }
  for (auto client = std::next(greedy.begin(), 12); client != greedy.end(); ++client)
    CHECK(client->ask(kHello).rfind("HTTP/1.1 200", 0) == 0);
  CHECK(other.ask(kHello).rfind("HTTP/1.1 200", 0) == 0);
}

TEST_CASE("in a full server who was answered last stays, who is silent goes, and there is room when some leave") {
  HttpServerOptions options;
  options.max_connections = 3;
  const auto server = serve(options);
  const std::string again = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  Client first(server->port(), 1), second(server->port(), 2);
  first.send(again);
  CHECK_FALSE(first.ended());  // it has its answer
  {
    const Client third(server->port(), 3), fourth(server->port(), 4);
    CHECK(second.ended());
    CHECK(third.ask(kHello).rfind("HTTP/1.1 200", 0) == 0);
  }
  const auto both = first.ask(kHello);
  CHECK(both.find("hello\n") != both.rfind("hello\n"));
}

TEST_CASE("who reads a long answer late gets all of it, unless patience ends first, and holds nobody else") {
  HttpServerOptions options;
  bool reads = true;
  options.patience = testing::kPatience;
  SECTION("it reads") {}
  SECTION("it does not") {
    reads = false;
    options.patience = scaled(300ms);
  }
  const auto server = serve(options);
  const Client slow(server->port(), 1);
  slow.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  for (std::uint32_t i = 0; i < 100; ++i)
    CHECK(Client(server->port(), i % 3).ask(kHello).rfind("HTTP/1.1 200", 0) == 0);
  if (!reads) std::this_thread::sleep_for(2 * options.patience);
  CHECK((slow.receive().size() > kLarge) == reads);
}

TEST_CASE("it stops within a second, whatever clients do") {
  auto server = serve();
  const Client idle(server->port()), half(server->port());
  half.send("GET /hello HT");
  CHECK(took([&] { server.reset(); }) < scaled(1s));
  CHECK(idle.receive().empty());
}

TEST_CASE("an address that cannot be listened on is an error that says so") {
  const auto error_of = [](const std::string& listen) {
    HttpServerOptions options;
    options.listen = listen;
    const auto server = HttpServer::start(options, [](const std::string&) { return HttpAnswer{}; });
    REQUIRE_FALSE(server.ok());
    return server.error();
  };
  for (const auto* wrong :
       {"8080", "localhost", "somewhere:80", "1.2.3.4:", "1.2.3.4:http", "1.2.3.4:70000", "", "[::1:80"}) {
    INFO(wrong);
    CHECK(error_of(wrong).kind == ErrorKind::Invalid);
  }
  const auto server = serve();
  const auto taken = error_of("127.0.0.1:" + std::to_string(server->port()));
  CHECK(taken.kind == ErrorKind::Unavailable);
  CHECK(taken.message.find("in use") != std::string::npos);
}

}  // namespace
}  // namespace aia::serve
