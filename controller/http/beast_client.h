// Connections to a server by Boost.Beast, for peers whose answers may be large, slow or strange: Prometheus and its
// like. All connections run asynchronously on the transport's own thread, so that no peer blocks a thread. Each phase
// of a connection has a deadline besides the call's deadline; only resolving the host's name has none. Answers are
// bounded as they arrive (answer_reader.h). An HTTP proxy is asked for a tunnel (https) or gets the request itself
// (http). Source: RFC 9112; RFC 9110, 9.3.6 (CONNECT).
#pragma once

#include <memory>

#include "controller/http/client.h"
#include "controller/http/proxy.h"
#include "controller/http/tls.h"

namespace aia::http {

/// The thread of all connections of a transport. Clients must be destroyed before their IoThread.
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

/// How long each phase may take. Waiting for the first byte of the answer is bounded only by the call's deadline.
struct PhaseLimits {
  Millis connect{3'000};  ///< per address of the host; then the next address is tried
  Millis handshake{10'000};
  Millis write{10'000};
  Millis silence{20'000};  ///< between bytes of the answer, after the first byte
};

class BeastClient final : public Client {
 public:
  /// `thread` must outlive the client. `tls` is set for https.
  BeastClient(IoThread& thread, BaseUrl server, std::shared_ptr<Tls> tls, std::optional<Proxy> proxy,
              PhaseLimits limits = {});
  ~BeastClient() override;

  std::function<void()> start(const Request& request, const std::shared_ptr<Exchange>& exchange) override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace aia::http
