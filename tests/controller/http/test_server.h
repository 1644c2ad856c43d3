// A small HTTP/1.1 server on loopback for the transport's tests, able to misbehave on purpose: a script per request
// writes raw bytes, waits, or drops the connection. Blocking, a thread per connection, plain or TLS. Boost.Beast parses
// the requests.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tests/controller/http/test_certificates.h"

namespace aia::http {

/// What a script sees of one request.
struct Seen {
  std::string method, target, body, authorization, user_agent, proxy_authorization;
  int connection = 0;                            ///< counted from 0
  int nth = 0;                                   ///< request on this connection, counted from 0
  std::map<std::string, std::string> headers{};  ///< names in lower case
};

/// The server's end of a connection, for scripts.
class Peer {
 public:
  virtual ~Peer() = default;
  /// False: the client is gone.
  virtual bool write(const std::string& raw) = 0;
  /// False: the server is stopping.
  virtual bool wait(std::chrono::milliseconds duration) = 0;
  /// Whether the client has closed its end.
  virtual bool is_gone() = 0;

  bool respond(int status, const std::string& body, const std::string& headers = "");
};

class TestServer {
 public:
  /// True keeps the connection for another request.
  using Script = std::function<bool(const Seen&, Peer&)>;

  explicit TestServer(Script script);
  TestServer(Script script, const Certificate& certificate, const std::string& client_ca_file = "");
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] int port() const;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] int requests() const;
  [[nodiscard]] int connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aia::http
