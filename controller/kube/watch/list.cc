// Drives the Watcher without its watch: requests pages until the Watcher asks for a watch, the sign of a complete list.
// A page is streamed, so that reading stops at the limit of bytes and at the deadline.
#include "controller/kube/watch/list.h"

#include <algorithm>
#include <thread>

#include "controller/kube/client/response.h"

namespace aia::kube {
namespace {

/// Errors after which list_into() tries again: an API server that restarts or sheds load, or credentials that were just
/// replaced. The transport retries calls (http/retry.h) but never streams.
bool may_pass(ErrorKind kind) {
  return kind == ErrorKind::Throttled || kind == ErrorKind::Unavailable || kind == ErrorKind::Unauthorized;
}

}  // namespace

Step read_page(Watcher& watcher, http::Transport& transport, const SendList& list, const PageReading& how) {
  std::string body;
  bool too_large = false, ended = false;
  const auto collect = [&](std::string_view chunk) {
    too_large = chunk.size() > how.max_bytes - body.size();
    ended = how.go_on && !how.go_on();
    if (!too_large && !ended) body += chunk;
    return !too_large && !ended;
  };
  const Result<http::Response> response = transport.stream(list.request, collect, how.stop, how.inactivity);
  if (too_large) return watcher.on_large_page();
  if (ended) return watcher.on_error({ErrorKind::Timeout, "a page took too long", {}});
  if (!response) return watcher.on_error(response.error());
  if (response->status != 200) return watcher.on_error(error_of(*response));
  return watcher.on_page(body);
}

Status list_into(ChangeSink& sink, http::Transport& transport, const ports::Clock& clock, WatcherOptions what,
                 const std::function<Millis()>& left) {
  what.watches = false;
  Watcher watcher(std::move(what));
  Step step = watcher.start();
  constexpr int kAttempts = 4;
  Millis pause{250};
  for (int attempt = 1;;) {
    if (const auto* list = std::get_if<SendList>(&step.next)) {
      PageReading how;
      how.inactivity = left();
      how.go_on = [&clock, until = clock.steady() + how.inactivity] { return clock.steady() < until; };
      step = read_page(watcher, transport, *list, how);
      for (const Change& change : step.changes) sink.apply(change);
      continue;
    }
    if (std::holds_alternative<OpenWatch>(step.next)) return done;  // the step after a complete list
    const Error& error = watcher.error();
    const Millis wait = std::max(pause, error.retry_after.value_or(pause));
    if (attempt++ == kAttempts || !may_pass(error.kind) || wait >= left()) return error;
    std::this_thread::sleep_for(wait);
    pause *= 2;
    step = watcher.on_waited();
  }
}

}  // namespace aia::kube
