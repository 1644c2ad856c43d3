// send() and send_each() run a Batch (batch.h); this file drives streams. The caller's thread sleeps on the Signal
// until something has happened, a stop was requested, or the stream was silent for too long. Transport threads only
// report.
#include "controller/http/make_transport.h"

#include <algorithm>
#include <utility>

#include "controller/http/batch.h"
#include "controller/http/beast_client.h"
#include "controller/http/client_pool.h"
#include "controller/http/cpprest_client.h"
#include "controller/http/proxy.h"
#include "controller/http/socket.h"

namespace aia::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAbandonedCall{600};
constexpr std::chrono::seconds kAbandonedWatch{7200};
/// How long to wait for a stream's headers. They arrive at once, or after the API server's queue (15 s at most). Later
/// headers never arrive: the connect got no answer, or the server has gone.
constexpr Millis kFirstAnswer{20'000};

/// The server's URL, TLS and proxy: the parts needed to connect.
struct Way {
  BaseUrl server;
  std::shared_ptr<Tls> tls;
  std::optional<Proxy> proxy;
};

Result<Way> find_way(const TransportOptions& options) {
  auto server = parse_base_url(options.base_url);
  if (!server) return server.error();
  Way way{std::move(*server), nullptr, std::nullopt};
  if (!options.proxy.empty()) {
    auto proxy = parse_proxy(options.proxy);
    if (!proxy) return proxy.error();
    way.proxy = std::move(*proxy);
  }
  if (!way.server.tls) return way;
  auto made = Tls::make(options.tls, way.server.host);
  if (!made) return made.error().in(way.server.origin());
  way.tls = std::move(*made);
  return way;
}

class PooledTransport final : public Transport {
 public:
  /// `thread` runs the clients' connections if the transport has its own thread.
  PooledTransport(const TransportOptions& options, const Way& way, const ClientPool::MakeClient& call,
                  const ClientPool::MakeClient& watch, std::unique_ptr<IoThread> thread = nullptr)
      : thread_(std::move(thread)),
        settings_{way.server.origin(), options.retry, options.max_body_bytes, options.max_bytes_under_way},
        calls_(options, way.server, way.tls, call),
        watches_(options, way.server, way.tls, watch) {}

  Result<Response> send(const Request& request, Millis deadline) override {
    return std::move(send_all({request}, deadline).front());
  }

  void send_each(const std::vector<Request>& requests, Millis deadline, const AnswerSink& take) override {
    Batch(calls_, last_answer_, settings_, requests, deadline).run(take);
  }

  Result<Response> stream(const Request& request, const ChunkSink& sink, std::stop_token stop,
                          Millis inactivity) override {
    const auto signal = std::make_shared<Signal>();
    const std::stop_callback wake(stop, [&signal] { signal->notify(); });
    for (int stale = 0;; ++stale) {
      if (stop.stop_requested()) return stopped();
      const auto exchange = std::make_shared<Exchange>(signal, settings_.max_body_bytes, &sink);
      const Attempt attempt = watches_.start(request, exchange, std::min(inactivity, kFirstAnswer));
      const Millis silence = wait_for_end(*exchange, *signal, stop, inactivity);
      exchange->detach();
      const auto progress = exchange->progress();
      const auto failure = exchange->failure();
      if (!progress.done || progress.stopped_by_sink || failure) attempt.cancel();
      if (progress.stopped_by_sink) return exchange->take_response();
      if (!progress.done && stop.stop_requested()) {
        if (!progress.headers) return stopped();
        return exchange->take_response();
      }
      if (!progress.done) {
        watches_.renew(attempt);
        return timed_out(settings_.server, progress, silence, "longest silence");
      }
      if (failure && failure->step == Step::NeverSent && stale < kMaxStale) continue;
      if (failure) return to_error(*failure, settings_.server);
      Response response = exchange->take_response();
      if (response.status == 401) watches_.refused(attempt);
      return response;
    }
  }

 private:
  /// Waits until the stream is done, stopped, or silent for too long. Returns the longest allowed silence.
  static Millis wait_for_end(Exchange& exchange, Signal& signal, const std::stop_token& stop, Millis inactivity) {
    for (;;) {
      const auto seen = signal.events();
      const auto progress = exchange.progress();
      const Millis silence = progress.headers ? inactivity : std::min(inactivity, kFirstAnswer);
      const auto until = progress.last_activity + silence;
      if (progress.done || stop.stop_requested() || Clock::now() >= until) return silence;
      signal.wait(seen, until);
    }
  }

  [[nodiscard]] Error stopped() const {
    return {ErrorKind::Unavailable, settings_.server + ": stopped before the server answered"};
  }

  const std::unique_ptr<IoThread> thread_;  // first member, so destroyed last
  const BatchSettings settings_;
  LastAnswer last_answer_{};
  ClientPool calls_;
  ClientPool watches_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_cpprest_transport(const TransportOptions& options) {
  auto way = find_way(options);
  if (!way) return way.error();
  if (way->server.host.find(':') != std::string::npos)  // cpprestsdk passes the brackets to the resolver
    return Error{ErrorKind::Invalid, "URL '" + options.base_url +
                                         "': an IPv6 address cannot be used as host; give a DNS name (in a cluster: "
                                         "kubernetes.default.svc)"};
  if (way->proxy)  // cpprestsdk would pass our callback a socket instead of a TLS stream
    return Error{ErrorKind::Invalid, "cpprestsdk cannot be used behind the proxy " + way->proxy->url.origin()};
  const auto family = std::make_shared<AddressFamily>(way->server.host);
  const auto make = [way = *way, family](std::chrono::seconds abandoned_after) {
    return [way, family, abandoned_after]() -> std::shared_ptr<Client> {
      return std::make_shared<CpprestClient>(way.server, way.tls, family, abandoned_after);
    };
  };
  return std::unique_ptr<Transport>(
      std::make_unique<PooledTransport>(options, *way, make(kAbandonedCall), make(kAbandonedWatch)));
}

Result<std::unique_ptr<Transport>> make_beast_transport(const TransportOptions& options) {
  auto way = find_way(options);
  if (!way) return way.error();
  auto thread = std::make_unique<IoThread>("http");
  const auto make = [way = *way, &thread = *thread]() -> std::shared_ptr<Client> {
    return std::make_shared<BeastClient>(thread, way.server, way.tls, way.proxy);
  };
  return std::unique_ptr<Transport>(std::make_unique<PooledTransport>(options, *way, make, make, std::move(thread)));
}

Result<std::unique_ptr<Transport>> make_api_server_transport(const TransportOptions& options) {
  return options.proxy.empty() ? make_cpprest_transport(options) : make_beast_transport(options);
}

}  // namespace aia::http
