// The connections of one use (calls, or watches) to one server. Puts prefix, user agent and the credentials of now on
// each attempt, and throws all kept connections away when they are no longer good: when their peer has gone silent, or
// when the server refused the client certificate that they were opened with.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "controller/http/client.h"
#include "controller/http/exchange.h"
#include "controller/http/tls.h"
#include "controller/http/transport.h"
#include "controller/http/url.h"

namespace aia::http {

/// Idle connections that may be found closed in a row, before it is the server's fault: all that a batch can have left.
inline constexpr int kMaxStale = 40;

/// One request on its way, once.
struct Attempt {
  std::shared_ptr<Client> client;
  std::shared_ptr<Exchange> exchange;
  std::function<void()> cancel = [] {};
};

class ClientPool {
 public:
  using MakeClient = std::function<std::shared_ptr<Client>()>;

  ClientPool(const TransportOptions& options, BaseUrl server, std::shared_ptr<Tls> tls, MakeClient make);

  /// Waits for credentials for `longest` at most; without any the exchange fails with what kept them away.
  Attempt start(const Request& request, std::shared_ptr<Exchange> exchange, Millis longest);

  /// The server answered this attempt with 401: credentials are dropped, and with a certificate its connections.
  void refused(const Attempt& attempt);

  /// Nothing came back: connections that were opened before are not used again, unless others have replaced them
  /// already.
  void renew(const Attempt& attempt);

 private:
  std::shared_ptr<Client> client();

  const TransportOptions options_;
  const BaseUrl server_;
  const std::shared_ptr<Tls> tls_;
  const MakeClient make_;
  std::mutex mutex_;
  std::shared_ptr<Client> client_;
};

}  // namespace aia::http
