// One pool of connections to one server by cpprestsdk's http_client, reduced to what is safe: a request is started,
// what becomes of it is reported to an Exchange, and it can be cancelled. Deadlines, retries and credentials are the
// transport's. What cpprestsdk does on its own and how each of that is held in check is told in the .cc file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "controller/http/client.h"
#include "controller/http/socket.h"
#include "controller/http/tls.h"
#include "controller/http/url.h"

namespace aia::http {

class CpprestClient final : public Client {
 public:
  /// `family`: of the server's host, shared by all clients of it. `abandoned_after`: when a connection that nobody
  /// waits for any more is given up (a backstop; cancelling ends it at once).
  CpprestClient(const BaseUrl& server, std::shared_ptr<Tls> tls, std::shared_ptr<AddressFamily> family,
                std::chrono::seconds abandoned_after);
  ~CpprestClient() override;
  CpprestClient(const CpprestClient&) = delete;
  CpprestClient& operator=(const CpprestClient&) = delete;

  std::function<void()> start(const Request& request, const std::shared_ptr<Exchange>& exchange) override;

  /// False once an interim answer has come: the final answer is still to come, on whatever connection that was.
  [[nodiscard]] bool usable() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aia::http
