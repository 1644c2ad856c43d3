// The connections to a server for either calls or watches. The pool adds the prefix, the user agent and the current
// credentials to each attempt. The pool drops all kept connections when they are no longer good. This is so when their
// peer has gone silent, and when the server refused the client certificate with which they were opened.
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

/// So many kept connections may turn out closed, one after another, before the failure counts as the server's. More
/// than the 32 connections that a batch leaves idle, slow calls aside.
inline constexpr int kMaxStale = 40;

/// A request in flight, for a single attempt.
struct Attempt {
  std::shared_ptr<Client> client;
  std::shared_ptr<Exchange> exchange;
  std::function<void()> cancel = [] {};
};

class ClientPool {
 public:
  using MakeClient = std::function<std::shared_ptr<Client>()>;

  ClientPool(const TransportOptions& options, BaseUrl server, std::shared_ptr<Tls> tls, MakeClient make);

  /// Waits for credentials, for `longest` at most. Without credentials the exchange fails with the reason
  /// (Step::Setup).
  Attempt start(const Request& request, std::shared_ptr<Exchange> exchange, Millis longest);

  /// The server answered this attempt with 401. The credentials are dropped; with a client certificate, the
  /// connections, too.
  void refused(const Attempt& attempt);

  /// The attempt got no answer. All connections are replaced, unless the attempt's client was already replaced.
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
