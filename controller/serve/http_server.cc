// Boost.Beast, asynchronous on one thread; see http_server.h.
#include "controller/serve/http_server.h"

#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // ThreadSanitizer knows no fences, and one thread needs none
#endif

#include <pthread.h>

#include <utility>  // before Boost 1.74's Asio in C++20

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <thread>

namespace aia::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Answer = http::response<http::string_body>;

HttpAnswer answer_to(const http::request<http::string_body>& request, const HttpHandler& handler) {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    return {405, "text/plain; charset=utf-8", "only GET is served here\n"};
  }
  const auto target = request.target();
  return handler(std::string(target.substr(0, target.find('?'))));
}

/// One connection: read, answer, again. Owned by the handlers that wait for it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const HttpServerOptions& options, const HttpHandler& handler, std::size_t& open)
      : stream_(std::move(socket)), options_(options), handler_(handler), open_(open) {
    ++open_;
  }
  ~Session() { --open_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    head_ = false;
    parser_.emplace();
    parser_->header_limit(options_.max_header_bytes);
    parser_->body_limit(options_.max_body_bytes);
    stream_.expires_after(options_.patience);  // for the whole request: bytes that trickle in do not prolong it
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) { self->was_read(error); });
  }

 private:
  void was_read(beast::error_code error) {
    if (error == http::error::header_limit)
      return write({431, "text/plain", "the request's headers are too long\n"}, false);
    if (error == http::error::body_limit) return write({413, "text/plain", "the request's body is too long\n"}, false);
    if (error == http::error::end_of_stream) return close();
    if (error.category() == http::make_error_code(http::error::bad_method).category()) {
      return write({400, "text/plain", "not an HTTP request\n"}, false);
    }
    if (error) return;
    head_ = parser_->get().method() == http::verb::head;
    write(answer_to(parser_->get(), handler_), parser_->get().keep_alive());
  }

  void write(HttpAnswer answer, bool keep_alive) {
    answer_ = Answer(static_cast<http::status>(answer.status), 11);
    answer_.set(http::field::content_type, answer.content_type);
    answer_.set(http::field::cache_control, "no-store");
    answer_.keep_alive(keep_alive);
    const auto size = answer.body.size();
    if (!head_) answer_.body() = std::move(answer.body);
    answer_.content_length(size);
    stream_.expires_after(options_.patience);
    http::async_write(stream_, answer_, [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
      if (error) return;
      if (keep_alive) return self->read();
      self->close();
    });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Answer answer_;
  bool head_ = false;
  const HttpServerOptions& options_;
  const HttpHandler& handler_;
  std::size_t& open_;
};

Error bad_address(const std::string& listen) {
  return {ErrorKind::Invalid,
          "cannot listen on \"" + listen + "\": give an address and a port, as 127.0.0.1:8080, [::1]:8080 or :8080",
          {}};
}

Result<tcp::endpoint> parse_endpoint(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return bad_address(listen);
  auto host = listen.substr(0, colon);
  if (host.empty()) host = "0.0.0.0";
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [stop, trouble] = std::from_chars(listen.data() + colon + 1, end, port);
  beast::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || trouble != std::errc{} || stop != end) return bad_address(listen);
  return tcp::endpoint(address, port);
}

}  // namespace

struct HttpServer::State {
  State(HttpServerOptions given, HttpHandler answers) : options(std::move(given)), handler(std::move(answers)) {}

  Status listen(const tcp::endpoint& endpoint) {
    beast::error_code error;
    const auto failed = [&] { return error.failed(); };
    acceptor.open(endpoint.protocol(), error);
    if (!failed()) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!failed()) acceptor.bind(endpoint, error);
    if (!failed()) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (failed())
      return Error{ErrorKind::Unavailable, "cannot listen on " + options.listen + ": " + error.message(), {}};
    return done;
  }

  void accept() {
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error && open < options.max_connections) {
        std::make_shared<Session>(std::move(socket), options, handler, open)->read();
      }
      if (error == asio::error::operation_aborted) return;
      if (!error) return accept();
      // Out of descriptors: without a pause this would spin.
      pause.expires_after(Millis(100));
      pause.async_wait([this](beast::error_code stopped) {
        if (!stopped) accept();
      });
    });
  }

  const HttpServerOptions options;
  const HttpHandler handler;
  std::size_t open = 0;  // connections; outlives the sessions, which the context owns
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  std::thread thread;
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Status HttpServer::check(const std::string& listen) {
  const auto endpoint = parse_endpoint(listen);
  return endpoint ? Status(done) : endpoint.error();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options, HttpHandler handler) {
  const auto endpoint = parse_endpoint(options.listen);
  if (!endpoint) return endpoint.error();
  auto state = std::make_unique<State>(options, std::move(handler));
  if (auto listening = state->listen(*endpoint); !listening) return listening.error();
  state->accept();
  state->thread = std::thread([&context = state->context] {
    ::pthread_setname_np(::pthread_self(), "serve");
    context.run();
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::~HttpServer() {
  state_->context.stop();
  state_->thread.join();
}

std::uint16_t HttpServer::port() const {
  return state_->acceptor.local_endpoint().port();
}

}  // namespace aia::serve
