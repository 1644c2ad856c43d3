// Runs the Watcher's steps: sends a list, opens a watch, or waits, and reports the outcome as the next step. Lines of a
// watch arrive on the transport's thread while the reflector's thread waits for the end of the stream. See reflector.h.
#include "controller/kube/watch/reflector.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>

#include "controller/kube/client/response.h"
#include "controller/kube/watch/line_framer.h"

namespace aia::kube {
namespace {

/// True if a list is complete or a line of the watch was understood.
bool confirms(const Step& step) {
  const auto& all = step.changes;
  return std::holds_alternative<KeepReading>(step.next) ||
         std::any_of(all.begin(), all.end(), [](const auto& one) { return std::holds_alternative<ListEnded>(one); });
}

}  // namespace

Reflector::Reflector(http::Transport& transport, const ports::Clock& clock, ChangeSink& sink, ReflectorOptions options)
    : transport_(transport),
      clock_(clock),
      sink_(sink),
      options_(std::move(options)),
      watcher_(options_.watcher),
      heard_ms_(clock.steady().count()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Reflector::~Reflector() = default;

std::string Reflector::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

ports::WatchAge Reflector::age() const {
  return {options_.watcher.resource.plural, std::max(Millis(0), silence()), true, problem()};
}

void Reflector::run(const std::stop_token& stop) {
  const std::string name = "w:" + options_.watcher.resource.plural;  // the kernel keeps 15 characters
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
  Step step = watcher_.start();
  while (!stop.stop_requested()) {
    step = std::visit([&](const auto& next) { return perform(next, stop); }, step.next);
    take(step);
  }
}

/// Publishes or clears the problem before passing on the changes. So a reader that sees the store synced sees no
/// problem from before the list. Lines of a watch call this function on the transport's thread.
void Reflector::take(const Step& step) {
  const Resource& resource = options_.watcher.resource;
  const std::string& plural = resource.plural;
  std::string why = watcher_.problem();
  if (resource.group == "aiautoscaler.io" && watcher_.is_not_served())
    why += "; its CRD is not there: kubectl apply -k crds";
  {
    const std::scoped_lock lock(mutex_);
    problem_ = why.empty() ? "" : plural + " cannot be listed or watched: " + why;
  }
  for (const Change& change : step.changes) sink_.apply(change);
  if (confirms(step)) heard_ms_ = clock_.steady().count();  // last: a reader that sees a low age also sees the changes
}

Step Reflector::perform(const SendList& list, const std::stop_token& stop) {
  return read_page(watcher_, transport_, list, {stop, options_.list_inactivity, options_.max_page_bytes, {}});
}

Step Reflector::perform(const OpenWatch& watch, const std::stop_token& stop) {
  if (silence() >= options_.watch_inactivity / 2) return watcher_.on_silence();
  LineFramer framer(options_.max_line_bytes);
  std::optional<Step> ended;
  const auto on_line = [&](std::string_view line) {
    Step step = watcher_.on_line(line);
    take(step);
    step.changes.clear();
    if (!std::holds_alternative<KeepReading>(step.next)) ended = std::move(step);
    return !ended;
  };
  const auto began = std::chrono::steady_clock::now();
  const Result<http::Response> response = transport_.stream(
      watch.request, [&](std::string_view chunk) { return framer.feed(chunk, on_line); }, stop,
      options_.watch_inactivity);
  const auto lasted = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);

  if (ended) return std::move(*ended);
  if (framer.overflowed()) return watcher_.on_overflow();
  if (response && response->status != 200) return watcher_.on_error(error_of(*response));
  if (response || lasted >= options_.watch_inactivity) return watcher_.on_stream_end(lasted);
  return watcher_.on_error(response.error());
}

Step Reflector::perform(const Wait& wait, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, wait.duration, [] { return false; });
  return watcher_.on_waited();
}

Step Reflector::perform(const KeepReading&, const std::stop_token&) {
  return {{}, Wait{Millis(0)}};
}

}  // namespace aia::kube
