// A pool of connections to a server, by any HTTP library. start() starts a request, an Exchange gets the reports, and
// the returned function cancels the request. Deadlines, retries and credentials live above (batch.h, client_pool.h).
// Implementations: cpprest_client.h (the API server), beast_client.h (Prometheus and its like). docs/decisions/0019
// says why there are two.
#pragma once

#include <functional>
#include <memory>

#include "controller/http/exchange.h"
#include "controller/http/transport.h"

namespace aia::http {

class Client {
 public:
  virtual ~Client() = default;

  /// Starts `request`, whose target already carries the prefix and whose headers are complete. The returned function
  /// cancels the request; any thread may call this function at any time.
  virtual std::function<void()> start(const Request& request, const std::shared_ptr<Exchange>& exchange) = 0;

  /// False: the connections can no longer be trusted, and a new client must replace this client.
  [[nodiscard]] virtual bool usable() const { return true; }
};

}  // namespace aia::http
