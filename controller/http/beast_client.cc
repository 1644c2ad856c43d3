// A Connection is a chain of asynchronous steps: resolve, connect, tunnel, handshake, write, read. Each step starts the
// next step, or fails with the Step that the engineer should look at. Only the IoThread touches the members of
// Connection and Shared, so there are no locks; start() and cancelling post to this thread.
#include "controller/http/beast_client.h"

#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // ThreadSanitizer knows no fences, and one thread needs none
#endif

#include <pthread.h>

#include <utility>  // before Boost 1.74's Asio in C++20

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <thread>
#include <vector>

#include "controller/http/answer_reader.h"
#include "controller/http/retry.h"
#include "controller/http/socket.h"

namespace aia::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Code = beast::error_code;

constexpr std::size_t kReadAtOnce = 64U << 10U;
constexpr std::size_t kMostIdle = 32;             ///< connections kept for the next requests
constexpr std::chrono::seconds kLongestIdle{60};  ///< servers close idle connections after about a minute, or later
constexpr std::size_t kProxyHeaderBytes = 8U << 10U;

std::string words_of(const Code& code) {
  if (code == beast::error::timeout) return "no answer came";
  if (code == asio::error::eof || code == asio::ssl::error::stream_truncated) return "the server closed the connection";
  return code.message();
}

/// The request as sent: request line, headers and body. Content-Length is left out only for a GET or HEAD without a
/// body.
std::string wire_text(const Request& request, const std::string& target, const std::string& host,
                      const std::string& proxy_authorization) {
  std::string text = request.method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n";
  for (const auto& [name, value] : request.headers) text.append(name).append(": ").append(value).append("\r\n");
  if (!proxy_authorization.empty()) text += "Proxy-Authorization: " + proxy_authorization + "\r\n";
  if ((request.method != "GET" && request.method != "HEAD") || !request.body.empty())
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return text + "\r\n" + request.body;
}

}  // namespace

struct IoThread::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

IoThread::IoThread(const char* name) : impl_(std::make_unique<Impl>()) {
  OPENSSL_init_ssl(0, nullptr);  // OpenSSL, made first, is destroyed last: after the thread
  impl_->thread = std::thread([&context = impl_->context, name] {
    ::pthread_setname_np(::pthread_self(), name);
    context.run();
  });
}

IoThread::~IoThread() {
  impl_->context.stop();
  impl_->thread.join();
  impl_->context.restart();
  impl_->context.poll();  // closes connections that destroyed clients left behind
}

/// The state shared by all connections of a client.
struct BeastClient::Shared : std::enable_shared_from_this<BeastClient::Shared> {
  class Connection;

  asio::io_context& context;
  BaseUrl server;
  std::shared_ptr<Tls> tls;
  std::optional<Proxy> proxy;
  PhaseLimits limits;
  std::vector<std::shared_ptr<Connection>> idle;  ///< the connection used last comes last
  bool closed = false;                            ///< the client is gone: keep no connection

  Shared(asio::io_context& io, BaseUrl to, std::shared_ptr<Tls> with, std::optional<Proxy> by)
      : context(io), server(std::move(to)), tls(std::move(with)), proxy(std::move(by)) {}
  std::shared_ptr<Connection> take_idle();
  void keep(std::shared_ptr<Connection> connection);
};

/// A connection and its request. Lives while a handler waits for the connection, or while the connection is idle.
class BeastClient::Shared::Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)), resolver_(shared_->context), tcp_(shared_->context) {}

  void send(const Request& request, std::shared_ptr<Exchange> exchange) {
    exchange_ = std::move(exchange);
    may_repeat_ = is_read(request);
    reader_ = std::make_unique<AnswerReader>(*exchange_);
    const bool asks_proxy = shared_->proxy && !shared_->tls;
    text_ = wire_text(request, asks_proxy ? shared_->server.origin() + request.target : request.target,
                      shared_->server.host_header(), asks_proxy ? shared_->proxy->authorization : "");
    reused_ = used_;
    used_ = true;
    reused_ ? write() : resolve();
  }

  void cancel() {
    cancelled_ = true;
    resolver_.cancel();
    close();
  }

  /// False: the request of `exchange` has ended, and another request may be on this connection.
  [[nodiscard]] bool serves(const std::shared_ptr<Exchange>& exchange) const { return exchange_ == exchange; }

  /// Whether this idle connection may still be used.
  [[nodiscard]] bool is_fresh(std::chrono::steady_clock::time_point now) {
    return now - idle_since_ < kLongestIdle && !is_stale(tcp_.socket().native_handle());
  }

 private:
  /// Makes a handler that keeps the connection alive. After a cancellation the handler only fails the request.
  template <class Body>
  auto then(Body body) {
    return [self = shared_from_this(), body = std::move(body)](Code code, auto&&... rest) {
      if (self->cancelled_) return self->fail(Step::Read, "cancelled");
      body(code, std::forward<decltype(rest)>(rest)...);
    };
  }

  template <class Body>
  void on_stream(Body body) {
    tls_ ? body(*tls_) : body(tcp_);
  }

  void resolve() {
    const BaseUrl& to = shared_->proxy ? shared_->proxy->url : shared_->server;
    resolver_.async_resolve(to.host, std::to_string(to.port), tcp::resolver::numeric_service,
                            then([this](Code code, tcp::resolver::results_type found) {
                              if (code) return fail(Step::Resolve, words_of(code));
                              addresses_ = std::move(found);
                              next_ = addresses_.begin();
                              connect({});
                            }));
  }

  /// Tries the addresses in order. `last` is the error of the previous address.
  void connect(Code last) {
    const std::string to = shared_->proxy ? "the proxy " + shared_->proxy->url.origin() + ": " : "";
    if (next_ == addresses_.end()) return fail(Step::Connect, to + words_of(last));
    tcp_.close();
    tcp_.expires_after(shared_->limits.connect);
    tcp_.async_connect(*next_++, then([this](Code code) {
      if (code) return connect(code);
      set_keepalive(tcp_.socket().native_handle());
      Code ignored;
      tcp_.socket().set_option(tcp::no_delay(true), ignored);
      if (!shared_->tls) return write();
      shared_->proxy ? ask_for_tunnel() : handshake();
    }));
  }

  void ask_for_tunnel() {
    const std::string to = shared_->server.authority();
    tunnel_ = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n";
    const std::string& authorization = shared_->proxy->authorization;
    if (!authorization.empty()) tunnel_ += "Proxy-Authorization: " + authorization + "\r\n";
    tunnel_ += "\r\n";
    tcp_.expires_after(shared_->limits.handshake);
    asio::async_write(tcp_, asio::buffer(tunnel_), then([this](Code code, std::size_t) {
                        if (code) return fail(Step::Connect, "the proxy: " + words_of(code));
                        tunnel_.clear();
                        read_tunnel();
                      }));
  }

  /// Reads the proxy's answer byte by byte, because the bytes behind this answer are the server's.
  void read_tunnel() {
    asio::async_read(tcp_, asio::buffer(&byte_, 1), then([this](Code code, std::size_t) {
                       if (code) return fail(Step::Connect, "the proxy: " + words_of(code));
                       tunnel_ += byte_;
                       if (tunnel_.size() > kProxyHeaderBytes)
                         return fail(Step::Connect, "the proxy's answer is too long");
                       if (!tunnel_.ends_with("\r\n\r\n")) return read_tunnel();
                       constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 200"
                       const std::string status =
                           tunnel_.starts_with("HTTP/1.") ? tunnel_.substr(kStatusAt, 3) : "no HTTP";
                       if (status[0] == '2') return handshake();
                       fail(Step::Connect, "the proxy " + shared_->proxy->url.origin() + " answered " + status +
                                               (status == "407" ? ": it wants other credentials" : ""));
                     }));
  }

  void handshake() {
    Tls& tls = *shared_->tls;
    context_.emplace(asio::ssl::context::tls_client);
    if (auto ready = tls.prepare(context_->native_handle()); !ready) return fail(Step::Setup, ready.error().message);
    tls_.emplace(tcp_, *context_);
    tls.announce_name(tls_->native_handle());
    tls_->set_verify_mode(tls.verifies() ? asio::ssl::verify_peer : asio::ssl::verify_none);
    tcp_.expires_after(shared_->limits.handshake);
    tls_->async_handshake(asio::ssl::stream_base::client, then([this](Code code) {
                            if (!code) return write();
                            const std::string refusal = shared_->tls->refusal();
                            fail(Step::Handshake, refusal.empty() ? words_of(code) : refusal);
                          }));
  }

  void write() {
    tcp_.expires_after(shared_->limits.write);
    on_stream([this](auto& stream) {
      asio::async_write(stream, asio::buffer(text_), then([this](Code code, std::size_t) {
                          if (code) return fail(reused_ ? Step::NeverSent : Step::Write, words_of(code));
                          text_ = {};
                          tcp_.expires_never();
                          read();
                        }));
    });
  }

  void read() {
    if (reader_->begun()) tcp_.expires_after(shared_->limits.silence);
    input_.resize(kReadAtOnce);
    on_stream([this](auto& stream) {
      stream.async_read_some(asio::buffer(input_), then([this](Code code, std::size_t size) { was_read(code, size); }));
    });
  }

  void was_read(const Code& code, std::size_t size) {
    // The server closed a kept connection while we wrote. A mutation may have arrived all the same, so only a read is
    // repeated.
    if (code && reused_ && may_repeat_ && !reader_->begun()) return fail(Step::NeverSent, words_of(code));
    const bool is_end = code == asio::error::eof || code == asio::ssl::error::stream_truncated;
    if (code && !is_end) return fail(reader_->begun() ? Step::Body : Step::Read, words_of(code));
    const auto state = is_end ? reader_->feed_end() : reader_->feed({input_.data(), size});
    if (state == AnswerReader::State::NeedsMore) return read();
    const bool keep = state == AnswerReader::State::Done && reader_->may_keep() && !is_end;
    release();
    if (!keep) return close();
    tcp_.expires_never();
    idle_since_ = std::chrono::steady_clock::now();
    shared_->keep(shared_from_this());
  }

  void fail(Step step, std::string why) {
    if (exchange_) exchange_->on_failure({step, std::move(why)});
    release();
    close();
  }

  void release() {
    reader_.reset();
    exchange_.reset();
    input_ = {};
  }

  void close() {
    Code ignored;
    tcp_.socket().close(ignored);
  }

  const std::shared_ptr<Shared> shared_;
  tcp::resolver resolver_;
  tcp::resolver::results_type addresses_;
  tcp::resolver::results_type::iterator next_;
  beast::tcp_stream tcp_;
  std::optional<asio::ssl::context> context_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_;
  std::string tunnel_, text_;
  std::vector<char> input_;
  std::shared_ptr<Exchange> exchange_;
  std::unique_ptr<AnswerReader> reader_;
  std::chrono::steady_clock::time_point idle_since_{};
  char byte_ = 0;
  bool may_repeat_ = false;
  bool used_ = false;
  bool reused_ = false;
  bool cancelled_ = false;
};

std::shared_ptr<BeastClient::Shared::Connection> BeastClient::Shared::take_idle() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(idle, [&](const auto& connection) {
    const bool is_fresh = connection->is_fresh(now);
    if (!is_fresh) connection->cancel();
    return !is_fresh;
  });
  if (idle.empty()) return nullptr;
  auto newest = std::move(idle.back());
  idle.pop_back();
  return newest;
}

void BeastClient::Shared::keep(std::shared_ptr<Connection> connection) {
  if (closed || idle.size() >= kMostIdle) return connection->cancel();
  idle.push_back(std::move(connection));
}

BeastClient::BeastClient(IoThread& thread, BaseUrl server, std::shared_ptr<Tls> tls, std::optional<Proxy> proxy,
                         PhaseLimits limits)
    : shared_(std::make_shared<Shared>(thread.impl().context, std::move(server), std::move(tls), std::move(proxy))) {
  shared_->limits = limits;
}

BeastClient::~BeastClient() {
  asio::post(shared_->context, [shared = shared_] {
    shared->closed = true;
    shared->idle.clear();
  });
}

std::function<void()> BeastClient::start(const Request& request, const std::shared_ptr<Exchange>& exchange) {
  struct OnItsWay {
    std::weak_ptr<Shared::Connection> connection;
    bool cancelled = false;
  };
  const auto way = std::make_shared<OnItsWay>();
  asio::post(shared_->context, [shared = shared_, way, request, exchange] {
    if (way->cancelled) return;
    auto connection = shared->take_idle();
    if (!connection) connection = std::make_shared<Shared::Connection>(shared);
    way->connection = connection;
    connection->send(request, exchange);
  });
  return [shared = shared_, way, exchange] {
    asio::post(shared->context, [way, exchange] {
      way->cancelled = true;
      const auto connection = way->connection.lock();
      if (connection && connection->serves(exchange)) connection->cancel();
    });
  };
}

}  // namespace aia::http
