// Calls are a Batch; here is how a stream is driven: the caller's thread sleeps on the Signal until something happened,
// it was asked to stop, or there was silence for too long. Transport threads only report.
#include "controller/http/cpprest_transport.h"

#include <algorithm>
#include <utility>

#include "controller/http/batch.h"
#include "controller/http/client_pool.h"
#include "controller/http/url.h"

namespace aia::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAbandonedCall{600};
constexpr std::chrono::seconds kAbandonedWatch{7200};
/// A stream's headers come at once, or after the API server's queue (15 s at most); later they come from nowhere: the
/// connect got no answer, or the other end has gone.
constexpr Millis kFirstAnswer{20'000};

class CpprestTransport final : public Transport {
 public:
  CpprestTransport(const TransportOptions& options, const BaseUrl& server, const std::shared_ptr<Tls>& tls,
                   const std::shared_ptr<AddressFamily>& family)
      : settings_{server.origin(), options.retry, options.max_body_bytes},
        calls_(options, server, tls, family, kAbandonedCall),
        watches_(options, server, tls, family, kAbandonedWatch) {}

  Result<Response> send(const Request& request, Millis deadline) override {
    return std::move(send_all({request}, deadline).front());
  }

  std::vector<Result<Response>> send_all(const std::vector<Request>& requests, Millis deadline) override {
    return Batch(calls_, last_answer_, settings_, requests, deadline).run();
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
  /// Until the stream is done, stopped, or silent for too long. Returns the longest silence that was allowed.
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

  const BatchSettings settings_;
  LastAnswer last_answer_{};
  ClientPool calls_;
  ClientPool watches_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_cpprest_transport(TransportOptions options) {
  auto server = parse_base_url(options.base_url);
  if (!server) return server.error();
  if (server->host.find(':') != std::string::npos)  // cpprestsdk asks the resolver for it with its brackets
    return Error{ErrorKind::Invalid, "URL '" + options.base_url +
                                         "': an IPv6 address cannot be used as host; give a DNS name (in a cluster: "
                                         "kubernetes.default.svc)"};
  std::shared_ptr<Tls> tls;
  if (server->tls) {
    auto made = Tls::make(options.tls, server->host);
    if (!made) return made.error().in(server->origin());
    tls = std::move(*made);
  }
  return std::unique_ptr<Transport>(
      std::make_unique<CpprestTransport>(options, *server, tls, std::make_shared<AddressFamily>(server->host)));
}

}  // namespace aia::http
