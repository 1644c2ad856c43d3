// Behind a proxy: it is asked itself for http, tunnels https, gets its credentials and nobody else does, and what it
// refuses is said.
#include <utility>
// Asio needs <utility> first in C++20.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "controller/http/make_transport.h"
#include "tests/controller/http/test_server.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::http;
using testing::kPatience;

namespace {

using boost::asio::ip::tcp;

/// Accepts one connection, answers its CONNECT and carries bytes both ways until either end closes.
class Tunnel {
 public:
  explicit Tunnel(int to) : thread_([this, to] { carry(to); }) {}
  ~Tunnel() { thread_.join(); }
  [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] const std::string& asked() const { return asked_; }

 private:
  static void copy(tcp::socket& from, tcp::socket& to) {
    std::vector<char> bytes(1U << 14U);
    boost::system::error_code code;
    while (const auto size = from.read_some(boost::asio::buffer(bytes), code)) {
      if (code) break;
      boost::asio::write(to, boost::asio::buffer(bytes, size), code);
      if (code) break;
    }
    to.shutdown(tcp::socket::shutdown_both, code);
  }

  void carry(int to) {
    tcp::socket client(io_), server(io_);
    acceptor_.accept(client);
    for (char byte = 0; !asked_.ends_with("\r\n\r\n"); asked_ += byte)
      boost::asio::read(client, boost::asio::buffer(&byte, 1));
    boost::asio::write(client, boost::asio::buffer(std::string("HTTP/1.1 200 Connected\r\nVia: x\r\n\r\n")));
    server.connect({boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(to)});
    std::jthread back([&] { copy(server, client); });
    copy(client, server);
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::string asked_;
  std::thread thread_;
};

std::string at(int port, const std::string& user = "") {
  return "http://" + user + "127.0.0.1:" + std::to_string(port);
}

}  // namespace

TEST_CASE("an http server is asked for through the proxy, which alone gets its credentials") {
  std::vector<Seen> seen;
  TestServer proxy([&](const Seen& request, Peer& peer) {
    seen.push_back(request);
    return peer.respond(200, "well");
  });
  TransportOptions options;
  options.base_url = "http://prometheus.example:9090/prefix";
  options.proxy = at(proxy.port(), "user:secret@");
  const auto transport = make_api_server_transport(options).value();
  for (int i = 0; i < 2; ++i) CHECK(transport->send({"GET", "/api?q=a%2Fb", {}, ""}, kPatience)->body == "well");
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].target == "http://prometheus.example:9090/prefix/api?q=a%2Fb");
  CHECK(seen[1].proxy_authorization == "Basic dXNlcjpzZWNyZXQ=");
  CHECK(proxy.connections() == 1);
}

TEST_CASE("an https server is reached by a tunnel, and trusted by its own certificate") {
  const auto& certs = TestCertificates::get();
  std::vector<Seen> seen;
  TestServer server(
      [&](const Seen& request, Peer& peer) {
        seen.push_back(request);
        return peer.respond(200, "well");
      },
      certs.server);
  Tunnel proxy(server.port());
  TransportOptions options;
  options.base_url = "https://localhost:" + std::to_string(server.port());
  options.proxy = at(proxy.port(), "user:secret@");
  options.tls.ca_file = certs.ca_file;
  const auto transport = make_api_server_transport(options).value();
  for (int i = 0; i < 2; ++i) {
    const auto answer = transport->send({"PATCH", "/x", {}, "{}"}, kPatience);
    INFO((answer.ok() ? "" : answer.error().message));
    REQUIRE(answer.ok());
  }
  CHECK_THAT(proxy.asked(), Catch::StartsWith("CONNECT localhost:" + std::to_string(server.port()) + " HTTP/1.1\r\n"));
  CHECK_THAT(proxy.asked(), Catch::Contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"));
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].proxy_authorization.empty());
  CHECK(seen[0].target == "/x");
}

TEST_CASE("a proxy that is not there is named") {
  TransportOptions options;
  options.base_url = "http://prometheus.example:9090";
  options.proxy = "http://127.0.0.1:1";
  auto transport = make_beast_transport(options);
  REQUIRE(transport.ok());
  const auto answer = (*transport)->send({"GET", "/", {}, ""}, kPatience);
  REQUIRE_FALSE(answer.ok());
  CHECK_THAT(answer.error().message, Catch::Contains("cannot connect: the proxy http://127.0.0.1:1: "));
}

TEST_CASE("a proxy that refuses is named, with what it said") {
  TestServer proxy([&](const Seen&, Peer& peer) { return peer.respond(407, "") && false; });
  TransportOptions options;
  options.base_url = "https://api.example";
  options.proxy = at(proxy.port());
  const auto answer = make_api_server_transport(options).value()->send({"PATCH", "/x", {}, "{}"}, kPatience);
  REQUIRE_FALSE(answer.ok());
  CHECK_THAT(answer.error().message, Catch::Contains(at(proxy.port()) + " answered 407"));
  CHECK(proxy.requests() == 1);
}
