// Connections to one server by Boost.Beast, for what a peer can make large, slow or strange: Prometheus and its like.
// Everything is asynchronous on one thread of the transport's own, so that no peer holds a thread; each phase of a
// connection but the resolution of the host's name has a deadline of its own beside the call's; what is read is bounded
// as it arrives (answer_reader.h). An HTTP proxy is passed by a tunnel (https) or asked itself (http). Source: RFC
// 9112; RFC 9110, 9.3.6 (CONNECT).
#pragma once

#include <memory>

#include "controller/http/client.h"
#include "controller/http/proxy.h"
#include "controller/http/tls.h"

namespace aia::http {

/// The one thread on which all connections of a transport live. The clients on it must be gone before it is.
class IoThread {
 public:
  explicit IoThread(const char* name);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// How long each phase may take; the answer's beginning has the call's deadline alone.
struct PhaseLimits {
  Millis connect{3'000};  ///< to one of the host's addresses; then the next one is tried
  Millis handshake{10'000};
  Millis write{10'000};
  Millis silence{20'000};  ///< within an answer that has begun
};

class BeastClient final : public Client {
 public:
  /// `thread` outlives it. `tls` is set for https.
  BeastClient(IoThread& thread, BaseUrl server, std::shared_ptr<Tls> tls, std::optional<Proxy> proxy,
              PhaseLimits limits = {});
  ~BeastClient() override;

  std::function<void()> start(const Request& request, const std::shared_ptr<Exchange>& exchange) override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace aia::http
