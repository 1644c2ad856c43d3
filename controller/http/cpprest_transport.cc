// How a batch of calls and a stream are driven: one waiting thread, the caller's, starts attempts, sleeps on the Signal
// until something happened or the deadline, and decides what comes next. Transport threads only report.
#include "controller/http/cpprest_transport.h"

#include <algorithm>
#include <utility>

#include "controller/http/cpprest_client.h"
#include "controller/http/exchange.h"
#include "controller/http/url.h"

namespace aia::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxInFlight = 32;  ///< calls side by side; more wait for their turn, within the same deadline
constexpr int kMaxStale = 40;             ///< idle connections found closed in a row: all that one batch can have left
constexpr std::chrono::seconds kAbandonedCall{600};
constexpr std::chrono::seconds kAbandonedWatch{7200};

/// One call of a batch over all of its attempts.
struct Call {
  const Request* request = nullptr;
  std::shared_ptr<Exchange> exchange;  ///< of the attempt under way
  std::function<void()> cancel;
  int stale = 0;
  bool repeated_unauthorized = false;
  std::optional<Result<Response>> answer;
};

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::string seconds_words(Millis duration) {
  const auto ms = duration.count();
  if (ms < 1000) return std::to_string(ms) + "ms";
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 != 0) text += "." + std::to_string(1000 + ms % 1000).substr(1);
  return text + "s";
}

Error timed_out(const std::string& server, const Exchange::Progress& progress, Millis limit, const char* limit_name) {
  const std::string how_far = progress.headers
                                  ? "the answer had begun, " + std::to_string(progress.bytes) + " body bytes came"
                                  : "no answer came, not even its headers";
  return {ErrorKind::Timeout,
          server + ": timed out after " + seconds_words(limit) + " (" + limit_name + "): " + how_far};
}

class CpprestTransport final : public Transport {
 public:
  CpprestTransport(TransportOptions options, BaseUrl server, const std::shared_ptr<Tls>& tls)
      : options_(std::move(options)),
        server_(std::move(server)),
        calls_(server_, tls, kAbandonedCall),
        watches_(server_, tls, kAbandonedWatch) {}

  Result<Response> send(const Request& request, Millis deadline) override {
    return std::move(send_all({request}, deadline).front());
  }

  std::vector<Result<Response>> send_all(const std::vector<Request>& requests, Millis deadline) override {
    const auto until = Clock::now() + deadline;
    const auto signal = std::make_shared<Signal>();
    std::vector<Call> calls(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) calls[i].request = &requests[i];
    std::vector<Call*> in_flight;
    std::size_t next = 0;
    while (Clock::now() < until) {
      const auto seen = signal->events();
      std::erase_if(in_flight, [&](Call* call) { return advance(*call, signal); });
      while (in_flight.size() < kMaxInFlight && next < calls.size() && Clock::now() < until) {
        attempt(calls[next], signal);
        in_flight.push_back(&calls[next++]);
      }
      if (in_flight.empty() && next == calls.size()) break;
      signal->wait(seen, until);
    }
    std::vector<Result<Response>> answers;
    answers.reserve(calls.size());
    for (Call& call : calls) {
      if (!call.answer) give_up(call, deadline);
      answers.push_back(std::move(*call.answer));
    }
    return answers;
  }

  Result<Response> stream(const Request& request, const ChunkSink& sink, std::stop_token stop,
                          Millis inactivity) override {
    const auto signal = std::make_shared<Signal>();
    const std::stop_callback wake(stop, [&signal] { signal->notify(); });
    for (int stale = 0;; ++stale) {
      if (stop.stop_requested()) return stopped();
      const auto exchange = std::make_shared<Exchange>(signal, options_.max_body_bytes, &sink);
      const auto cancel = start(watches_, request, exchange);
      auto progress = exchange->progress();
      while (!progress.done && !stop.stop_requested() && Clock::now() < progress.last_activity + inactivity) {
        const auto seen = signal->events();
        progress = exchange->progress();
        if (!progress.done && !stop.stop_requested()) signal->wait(seen, progress.last_activity + inactivity);
        progress = exchange->progress();
      }
      exchange->detach();
      progress = exchange->progress();
      const auto failure = exchange->failure();
      if (!progress.done || progress.stopped_by_sink) cancel();
      if (progress.stopped_by_sink) return exchange->take_response();
      if (!progress.done && stop.stop_requested()) {
        if (!progress.headers) return stopped();
        return exchange->take_response();
      }
      if (!progress.done) return timed_out(server_.origin(), progress, inactivity, "longest silence");
      if (failure && failure->step == Step::NeverSent && stale < kMaxStale) continue;
      if (failure) return to_error(*failure, server_.origin());
      Response response = exchange->take_response();
      if (response.status == 401 && options_.on_unauthorized) options_.on_unauthorized();
      return response;
    }
  }

 private:
  /// Starts one attempt with the credentials of now.
  std::function<void()> start(CpprestClient& client, const Request& request,
                              const std::shared_ptr<Exchange>& exchange) {
    Request full = request;
    full.target = server_.prefix + request.target;
    full.headers.emplace_back("User-Agent", options_.user_agent);
    if (options_.authorization)
      if (auto value = options_.authorization()) full.headers.emplace_back("Authorization", std::move(*value));
    for (const auto& [name, value] : full.headers) {
      if (is_clean(name) && is_clean(value)) continue;
      exchange->on_failure({Step::Setup, "the value of header '" + name + "' holds a line break"});
      return [] {};
    }
    return client.start(full, exchange);
  }

  void attempt(Call& call, const std::shared_ptr<Signal>& signal) {
    call.exchange = std::make_shared<Exchange>(signal, options_.max_body_bytes);
    call.cancel = start(calls_, *call.request, call.exchange);
  }

  /// True when the call has its answer; starts the next attempt where there is to be one.
  bool advance(Call& call, const std::shared_ptr<Signal>& signal) {
    if (!call.exchange->progress().done) return false;
    if (const auto failure = call.exchange->failure()) {
      if (failure->step == Step::NeverSent && call.stale++ < kMaxStale) {
        attempt(call, signal);
        return false;
      }
      if (failure->step == Step::Limit) call.cancel();
      call.answer = to_error(*failure, server_.origin());
      return true;
    }
    Response response = call.exchange->take_response();
    if (response.status == 401 && options_.on_unauthorized) {
      options_.on_unauthorized();
      if (!std::exchange(call.repeated_unauthorized, true)) {
        attempt(call, signal);
        return false;
      }
    }
    call.answer = std::move(response);
    return true;
  }

  /// The deadline has passed: whatever the library still does with this call reaches nobody.
  void give_up(Call& call, Millis deadline) const {
    Exchange::Progress progress;
    if (call.exchange) {
      call.exchange->detach();
      call.cancel();
      progress = call.exchange->progress();
    }
    call.answer = timed_out(server_.origin(), progress, deadline, "deadline");
  }

  [[nodiscard]] Error stopped() const {
    return {ErrorKind::Unavailable, server_.origin() + ": stopped before the server answered"};
  }

  const TransportOptions options_;
  const BaseUrl server_;
  CpprestClient calls_;
  CpprestClient watches_;
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
  return std::unique_ptr<Transport>(std::make_unique<CpprestTransport>(std::move(options), std::move(*server), tls));
}

}  // namespace aia::http
