// The misbehaving server. Stopping shuts every socket down, which ends the blocking calls of all connection threads.
#include "tests/controller/http/test_server.h"

#include <utility>
// Asio needs <utility> first in C++20.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace aia::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct Stopping {
  std::mutex mutex;
  std::condition_variable changed;
  bool now = false;
};

template <class Stream>
class StreamPeer final : public Peer {
 public:
  StreamPeer(Stream& stream, tcp::socket& socket, Stopping& stopping)
      : stream_(stream), socket_(socket), stopping_(stopping) {}

  bool write(const std::string& raw) override {
    beast::error_code error;
    asio::write(stream_, asio::buffer(raw), error);
    return !error;
  }
  bool wait(std::chrono::milliseconds duration) override {
    std::unique_lock lock(stopping_.mutex);
    return !stopping_.changed.wait_for(lock, duration, [&] { return stopping_.now; });
  }
  bool is_gone() override {
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  Stream& stream_;
  tcp::socket& socket_;
  Stopping& stopping_;
};

}  // namespace

bool Peer::respond(int status, const std::string& body, const std::string& headers) {
  return write("HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n" + headers + "\r\n" + body);
}

struct TestServer::Impl {
  explicit Impl(Script s) : script(std::move(s)), acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  template <class Stream>
  void serve(Stream& stream, tcp::socket& socket, int connection) {
    StreamPeer<Stream> peer(stream, socket, stopping);
    beast::flat_buffer buffer;
    for (int nth = 0;; ++nth) {
      beast::http::request<beast::http::string_body> request;
      beast::error_code error;
      beast::http::read(stream, buffer, request, error);
      if (error) break;
      ++requests;
      Seen seen{std::string(request.method_string()),
                std::string(request.target()),
                request.body(),
                std::string(request[beast::http::field::authorization]),
                std::string(request[beast::http::field::user_agent]),
                std::string(request[beast::http::field::proxy_authorization]),
                connection,
                nth};
      for (const auto& field : request) {
        std::string name(field.name_string());
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        seen.headers[name] = std::string(field.value());
      }
      if (!script(seen, peer)) break;
    }
    beast::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  void connection(tcp::socket& socket, int number) {
    beast::error_code error;
    socket.set_option(tcp::no_delay(true), error);
    if (!tls) return serve(socket, socket, number);
    asio::ssl::stream<tcp::socket&> stream(socket, *tls);
    stream.handshake(asio::ssl::stream_base::server, error);
    if (!error) serve(stream, socket, number);
    beast::error_code ignored;
    if (error) socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  void run() {
    for (int number = 0;; ++number) {
      beast::error_code error;
      tcp::socket socket(io);
      acceptor.accept(socket, error);
      const std::lock_guard lock(stopping.mutex);
      if (stopping.now) return;
      if (error) continue;
      ++connections;
      sockets.push_back(std::move(socket));
      threads.emplace_back([this, number, &s = sockets.back()] { connection(s, number); });
    }
  }

  Script script;
  asio::io_context io;
  tcp::acceptor acceptor;
  std::optional<asio::ssl::context> tls;
  Stopping stopping;
  std::list<tcp::socket> sockets;
  std::vector<std::thread> threads;
  std::thread accepting;
  std::atomic<int> requests{0};
  std::atomic<int> connections{0};
};

TestServer::TestServer(Script script) : impl_(std::make_unique<Impl>(std::move(script))) {
  impl_->accepting = std::thread([this] { impl_->run(); });
}

TestServer::TestServer(Script script, const Certificate& certificate, const std::string& client_ca_file)
    : impl_(std::make_unique<Impl>(std::move(script))) {
  auto& tls = impl_->tls.emplace(asio::ssl::context::tls_server);
  tls.use_certificate_chain_file(certificate.cert_file);
  tls.use_private_key_file(certificate.key_file, asio::ssl::context::pem);
  if (!client_ca_file.empty()) {
    tls.load_verify_file(client_ca_file);
    tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  impl_->accepting = std::thread([this] { impl_->run(); });
}

TestServer::~TestServer() {
  {
    const std::lock_guard lock(impl_->stopping.mutex);
    impl_->stopping.now = true;
    for (auto& socket : impl_->sockets) ::shutdown(socket.native_handle(), SHUT_RDWR);
  }
  impl_->stopping.changed.notify_all();
  ::shutdown(impl_->acceptor.native_handle(), SHUT_RDWR);
  impl_->accepting.join();
  for (auto& thread : impl_->threads) thread.join();
}

int TestServer::port() const {
  return impl_->acceptor.local_endpoint().port();
}
std::string TestServer::url() const {
  return (impl_->tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}
int TestServer::requests() const {
  return impl_->requests;
}
int TestServer::connections() const {
  return impl_->connections;
}

}  // namespace aia::http
