// One pool of connections to one server, by whatever library: a request is started, what becomes of it is reported to
// an Exchange, and it can be cancelled. Deadlines, retries and credentials are above it (batch.h, client_pool.h).
// Implementations: cpprest_client.h (the API server), beast_client.h (Prometheus and its like); which is for what and
// why there are two: docs/decisions/0019.
#pragma once

#include <functional>
#include <memory>

#include "controller/http/exchange.h"
#include "controller/http/transport.h"

namespace aia::http {

class Client {
 public:
  virtual ~Client() = default;

  /// Starts `request` (its target already carries the prefix, its headers are complete). The result cancels it and may
  /// be called at any time, from any thread.
  virtual std::function<void()> start(const Request& request, const std::shared_ptr<Exchange>& exchange) = 0;

  /// False: its connections are no longer to be trusted, another client must take its place.
  [[nodiscard]] virtual bool usable() const { return true; }
};

}  // namespace aia::http
