// The server against clients that do not behave: slow, greedy, many, wrong. Real sockets on the loopback.
#include "controller/serve/http_server.h"
#include "tests/wall_time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

namespace aia::serve {
namespace {

using namespace std::chrono_literals;
using testing::scaled;
using testing::took;

/// A plain blocking client.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
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

 private:
  int socket_;
  bool connected_ = false;
};

std::unique_ptr<HttpServer> serve(HttpServerOptions options = {}) {
  options.listen = "127.0.0.1:0";
  auto server = HttpServer::start(options, [](const std::string& path) -> HttpAnswer {
    if (path == "/hello") return {200, "text/plain", "hello\n"};
    return {404, "text/plain", "not found\n"};
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

TEST_CASE("more connections than allowed are closed at once, and there is room again when some leave") {
  HttpServerOptions options;
  options.max_connections = 3;
  const auto server = serve(options);
  {
    const Client a(server->port()), b(server->port()), c(server->port());
    for (const auto* client : {&a, &b, &c}) client->send("GET");
    std::this_thread::sleep_for(scaled(100ms));
    CHECK(Client(server->port()).ask(kHello).empty());
  }
  std::this_thread::sleep_for(scaled(100ms));
  CHECK(Client(server->port()).ask(kHello).rfind("HTTP/1.1 200", 0) == 0);
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
