// A small HTTP server that can face a network: bounded in connections, headers, bodies and time, so that neither slow
// nor greedy clients hold it (docs/decisions: why not prometheus-cpp's Exposer or cpprest's listener). A new connection
// always gets in: where there is no room, the address that holds most connections loses its idlest. One thread for each
// server, Boost.Beast.
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
  std::shared_ptr<const std::string> body;  ///< shared by all who are sent the same text; never null
};

/// A line of text as an answer.
HttpAnswer plain_answer(int status, const std::string& line);

/// Answers a GET of a path (without its query). Called on the server's thread; must not throw or block for long.
using HttpHandler = std::function<HttpAnswer(const std::string& path)>;

struct HttpServerOptions {
  std::string listen = "0.0.0.0:8080";  ///< "host:port" with a literal address, "[::1]:8080", ":8080"; port 0: any
  std::string thread = "serve";         ///< the thread's name, at most 15 characters
  std::size_t max_connections = 64;     ///< for one more, another is closed: see connection_to_close
  std::size_t max_per_address = 8;      ///< of them from one remote address
  Millis patience{std::chrono::seconds(10)};  ///< for one request to arrive, one answer to leave, and between requests
  std::uint32_t max_header_bytes = 8192;
  std::uint64_t max_body_bytes = 4096;
};

/// An open connection, as far as it matters for which has to go.
struct HttpConnection {
  std::string address;       ///< the remote one
  bool answering = false;    ///< an answer is on its way
  std::uint64_t active = 0;  ///< grows from one connection's coming, request or answer to the next
};

/// Which of `open` is closed for a new connection from `address`; none while there is room. An address with
/// `max_per_address` pays with one of its own. Where the server is full, the address that holds most pays; among
/// addresses that hold as many, a connection that is not being answered goes first, then the idlest.
std::optional<std::size_t> connection_to_close(const std::vector<HttpConnection>& open, const std::string& address,
                                               const HttpServerOptions& options);

class HttpServer {
 public:
  /// Whether `listen` is an address to listen on. Errors: Invalid.
  static Status check(const std::string& listen);

  /// Listens and serves until destroyed, which takes no longer than the handler does. Errors: Invalid (the address does
  /// not parse), Unavailable (it cannot be bound).
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port it listens on, also when 0 was asked for.
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace aia::serve
