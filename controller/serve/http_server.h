// A small HTTP server that is safe on a network. Connections, headers, bodies and times are limited, so neither slow
// nor greedy clients can block the server. cpprest's listener limits no bodies or headers (docs/decisions/0002). A new
// connection always gets in: when the server is full, the address with most connections loses its idlest connection.
// Each server has one thread; Boost.Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::serve {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;  ///< never null; shared by all answers with the same text
};

/// An answer with one line of text.
HttpAnswer plain_answer(int status, const std::string& line);

/// Answers a GET of a path (without its query). Called on the server's thread; must not throw or block for long.
using HttpHandler = std::function<HttpAnswer(const std::string& path)>;

struct HttpServerOptions {
  std::string listen = "0.0.0.0:8080";  ///< "host:port" with a literal address, "[::1]:8080", ":8080"; port 0: any
  std::string thread = "serve";         ///< the thread's name, at most 15 characters
  std::size_t max_connections = 64;     ///< when full, a new connection replaces an old one: see connection_to_close
  std::size_t max_per_address = 8;      ///< of these, from one remote address
  Millis patience{std::chrono::seconds(10)};  ///< for a request to arrive, an answer to leave, and between requests
  std::uint32_t max_header_bytes = 8192;
  std::uint64_t max_body_bytes = 4096;
};

/// The properties of an open connection that decide whether to close the connection.
struct HttpConnection {
  std::string address;       ///< the remote address
  bool answering = false;    ///< an answer is on its way
  std::uint64_t active = 0;  ///< order of last activity (connect, request or answer): larger is more recent
};

/// The index in `open` of the connection to close for a new connection from `address`; none while there is room. An
/// address with `max_per_address` connections loses one of its own. Otherwise, when the server is full, the address
/// with most connections loses a connection. Among addresses with equally many, idle connections go before connections
/// with an answer on its way, then the longest inactive connection goes.
std::optional<std::size_t> connection_to_close(const std::vector<HttpConnection>& open, const std::string& address,
                                               const HttpServerOptions& options);

class HttpServer {
 public:
  /// Checks that `listen` is an address to listen on. Errors: Invalid.
  static Status check(const std::string& listen);

  /// Listens and serves until destroyed; destruction takes no longer than the handler. Errors: Invalid (the address
  /// does not parse), Unavailable (the address cannot be bound).
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port in use, also when port 0 was requested.
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace aia::serve
