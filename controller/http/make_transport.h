// Makes the two transports: cpprestsdk for the API server, Boost.Beast for Prometheus and its like. docs/decisions/0019
// says why there are two. Both behave alike. Our own clock keeps the deadlines and never waits for the library.
// Credentials are asked per attempt. batch.cc decides which requests are sent again: a request that provably never
// left, any request once after a 401, and the cases in retry.h. A GET on a reused connection that was dropped is sent
// again as well (by cpprestsdk itself, or as NeverSent). Watches and calls have separate connections.
#pragma once

#include <memory>

#include "controller/http/transport.h"

namespace aia::http {

/// Errors: Invalid, naming the wrong part: the URL, the proxy or the TLS options. Nothing is connected yet.
Result<std::unique_ptr<Transport>> make_cpprest_transport(const TransportOptions& options);
Result<std::unique_ptr<Transport>> make_beast_transport(const TransportOptions& options);

/// Uses cpprestsdk. Behind a proxy cpprestsdk breaks its promises (cpprest_client.cc), so Beast is used there.
Result<std::unique_ptr<Transport>> make_api_server_transport(const TransportOptions& options);

}  // namespace aia::http
