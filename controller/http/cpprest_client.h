// A pool of connections to a server by cpprestsdk's http_client, reduced to the safe parts. A client starts a request,
// reports to an Exchange, and can cancel the request. Deadlines, retries and credentials are the transport's.
// cpprest_client.cc lists the faults of cpprestsdk, and how each fault is held in check.
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
  /// `family` is the address family of the server's host, shared by all clients of this server. After `abandoned_after`
  /// a connection without a waiting caller is given up. This is a backstop: cancelling ends the connection at once.
  CpprestClient(const BaseUrl& server, std::shared_ptr<Tls> tls, std::shared_ptr<AddressFamily> family,
                std::chrono::seconds abandoned_after);
  ~CpprestClient() override;
  CpprestClient(const CpprestClient&) = delete;
  CpprestClient& operator=(const CpprestClient&) = delete;

  std::function<void()> start(const Request& request, const std::shared_ptr<Exchange>& exchange) override;

  /// False after an interim answer: the final answer is still to come, on an unknown connection.
  [[nodiscard]] bool usable() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aia::http
