// The two transports: on cpprestsdk for the API server, on Boost.Beast for Prometheus and its like; why there are two
// is told in docs/decisions/0019. Both behave alike: deadlines are kept by our own clock and never wait for the
// library; credentials are asked per attempt; what may be sent again is decided in batch.h: anything that provably
// never left, anything once after a 401, what retry.h allows (a GET on a reused connection that was dropped is sent
// once more by the library itself). Watches and calls have connections of their own.
#pragma once

#include <memory>

#include "controller/http/transport.h"

namespace aia::http {

/// Errors: Invalid when the URL, the proxy or the TLS options are wrong, naming which. Nothing is connected yet.
Result<std::unique_ptr<Transport>> make_cpprest_transport(const TransportOptions& options);
Result<std::unique_ptr<Transport>> make_beast_transport(const TransportOptions& options);

/// cpprestsdk, but behind a proxy, where it cannot be held to what it promises (cpprest_client.cc), Beast.
Result<std::unique_ptr<Transport>> make_api_server_transport(const TransportOptions& options);

}  // namespace aia::http
