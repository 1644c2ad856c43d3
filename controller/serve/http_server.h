// A small HTTP server that can face a network: bounded in connections, headers, bodies and time, so that neither slow
// nor greedy clients hold it (docs/decisions: why not prometheus-cpp's Exposer or cpprest's listener). One thread,
// Boost.Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "controller/api/result.h"
#include "controller/api/time.h"

namespace aia::serve {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Answers a GET of a path (without its query). Called on the server's thread; must not throw or block for long.
using HttpHandler = std::function<HttpAnswer(const std::string& path)>;

struct HttpServerOptions {
  std::string listen = "0.0.0.0:8080";  ///< "host:port" with a literal address, "[::1]:8080", ":8080"; port 0: any
  std::size_t max_connections = 64;     ///< more are closed at once
  Millis patience{std::chrono::seconds(10)};  ///< for one request to arrive, one answer to leave, and between requests
  std::uint32_t max_header_bytes = 8192;
  std::uint64_t max_body_bytes = 4096;
};

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
