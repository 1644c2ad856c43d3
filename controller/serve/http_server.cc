// Runs Boost.Beast asynchronously on one thread, so sessions need no locks. Handlers own their session by shared_ptr: a
// session ends with its last pending operation.
#include "controller/serve/http_server.h"

#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // ThreadSanitizer knows no fences, and a single thread needs none
#endif

#include <pthread.h>

#include <utility>  // before Boost 1.74's Asio in C++20

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "controller/serve/json_log.h"

namespace aia::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Answer = http::response<http::span_body<const char>>;

constexpr auto kSayAgain = std::chrono::minutes(1);  // pause between two log lines about closed connections

HttpAnswer answer_to(const http::request<http::string_body>& request, const HttpHandler& handler) {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    return plain_answer(405, "only GET is served here");
  }
  const auto target = request.target();
  return handler(std::string(target.substr(0, target.find('?'))));
}

class Session;

/// The open connections, oldest first.
struct Connections {
  std::vector<Session*> sessions;
  std::uint64_t moments = 0;  ///< number of connections, requests and answers so far
};

/// One connection, which reads and answers in turn. Owned by its pending handlers.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::string address, const HttpServerOptions& options, const HttpHandler& handler,
          Connections& connections)
      : stream_(std::move(socket)), options_(options), handler_(handler), connections_(connections) {
    about_.address = std::move(address);
    about_.active = ++connections_.moments;
    connections_.sessions.push_back(this);
  }
  ~Session() { leave(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const HttpConnection& about() const { return about_; }

  /// Leaves the list of connections and cancels all pending operations.
  void end() {
    leave();
    stream_.close();
  }

  void read() {
    head_ = false;
    parser_.emplace();
    parser_->header_limit(options_.max_header_bytes);
    parser_->body_limit(options_.max_body_bytes);
    stream_.expires_after(options_.patience);  // for the whole request: a trickle of bytes gets no more time
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) { self->was_read(error); });
  }

 private:
  void was_read(beast::error_code error) {
    if (!stream_.socket().is_open()) return;
    if (error == http::error::header_limit)
      return write(plain_answer(431, "the request's headers are too long"), false);
    if (error == http::error::body_limit) return write(plain_answer(413, "the request's body is too long"), false);
    if (error == http::error::end_of_stream) return close();
    if (error.category() == http::make_error_code(http::error::bad_method).category()) {
      return write(plain_answer(400, "not an HTTP request"), false);
    }
    if (error) return;
    head_ = parser_->get().method() == http::verb::head;
    write(answer_to(parser_->get(), handler_), parser_->get().keep_alive());
  }

  void write(HttpAnswer answer, bool keep_alive) {
    body_ = std::move(answer.body);
    answer_ = Answer(static_cast<http::status>(answer.status), 11);
    answer_.set(http::field::content_type, answer.content_type);
    answer_.set(http::field::cache_control, "no-store");
    answer_.keep_alive(keep_alive);
    if (!head_) answer_.body() = {body_->data(), body_->size()};
    answer_.content_length(body_->size());
    about_.answering = true;
    about_.active = ++connections_.moments;
    stream_.expires_after(options_.patience);
    http::async_write(stream_, answer_, [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
      if (!error) self->was_written(keep_alive);
    });
  }

  void was_written(bool keep_alive) {
    body_.reset();
    about_.answering = false;
    about_.active = ++connections_.moments;
    if (keep_alive) return read();
    close();
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  void leave() { std::erase(connections_.sessions, this); }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<const std::string> body_;  // the bytes to which answer_ points
  Answer answer_;
  bool head_ = false;
  HttpConnection about_;
  const HttpServerOptions& options_;
  const HttpHandler& handler_;
  Connections& connections_;
};

/// An IPv4 address reads the same from an IPv4 and an IPv6 socket.
std::string address_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

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

HttpAnswer plain_answer(int status, const std::string& line) {
  return {status, "text/plain; charset=utf-8", std::make_shared<const std::string>(line + "\n")};
}

std::optional<std::size_t> connection_to_close(const std::vector<HttpConnection>& open, const std::string& address,
                                               const HttpServerOptions& options) {
  std::map<std::string, std::size_t> held;
  for (const auto& connection : open) ++held[connection.address];
  const bool pays_itself = held[address] >= options.max_per_address;
  if (!pays_itself && open.size() < options.max_connections) return std::nullopt;
  const auto goes_before = [&](const HttpConnection& a, const HttpConnection& b) {
    if (held[a.address] != held[b.address]) return held[a.address] > held[b.address];
    if (a.answering != b.answering) return b.answering;
    return a.active < b.active;
  };
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (pays_itself && open[i].address != address) continue;
    if (!chosen || goes_before(open[i], open[*chosen])) chosen = i;
  }
  return chosen;
}

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
      if (!error) serve(std::move(socket));
      if (error == asio::error::operation_aborted) return;
      if (!error) return accept();
      // When file descriptors run out, accept() fails at once; the pause prevents a busy loop.
      pause.expires_after(Millis(100));
      pause.async_wait([this](beast::error_code stopped) {
        if (!stopped) accept();
      });
    });
  }

  void serve(tcp::socket socket) {
    beast::error_code gone;
    const auto remote = socket.remote_endpoint(gone);
    if (gone) return;
    const auto address = address_of(remote);
    make_room(address);
    std::make_shared<Session>(std::move(socket), address, options, handler, connections)->read();
  }

  void make_room(const std::string& address) {
    std::vector<HttpConnection> open;
    for (const auto* session : connections.sessions) open.push_back(session->about());
    const auto chosen = connection_to_close(open, address, options);
    if (!chosen) return;
    connections.sessions[*chosen]->end();
    say_closed(open[*chosen].address);
  }

  /// Logs the address of the newest closed connection, and the number of connections closed since the last such line.
  void say_closed(const std::string& address) {
    ++closed;
    const auto now = std::chrono::steady_clock::now();
    if (said && now - *said < kSayAgain) return;
    log_line(LogLevel::Warning, "too many connections: idle ones are closed for new ones",
             {{"listen", options.listen}, {"closed", closed}, {"address", address}});
    said = now;
    closed = 0;
  }

  const HttpServerOptions options;
  const HttpHandler handler;
  Connections connections;  // outlives the sessions, which the context owns
  std::size_t closed = 0;   // closed for lack of room since the last log line
  std::optional<std::chrono::steady_clock::time_point> said;
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
  state->thread = std::thread([&state = *state] {
    ::pthread_setname_np(::pthread_self(), state.options.thread.c_str());
    state.context.run();
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
