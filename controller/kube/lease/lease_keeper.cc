// The mutex guards the elector and is never held during a request, so that time_left() answers at once while the API
// server hangs. A request may take a third of the renew deadline.
#include "controller/kube/lease/lease_keeper.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace aia::kube {
namespace {

/// A request that hangs must leave time for another request before the renew deadline.
Millis request_deadline(const lease::Settings& settings) {
  return settings.renew_deadline / 3;
}

/// Errors that waiting does not mend.
bool is_refusal(ErrorKind kind) {
  return kind == ErrorKind::Forbidden || kind == ErrorKind::Unauthorized || kind == ErrorKind::NotFound ||
         kind == ErrorKind::Invalid;
}

}  // namespace

LeaseKeeper::LeaseKeeper(http::Transport& transport, const ports::Clock& clock, LeaseKeeperOptions options)
    : clock_(clock),
      options_(std::move(options)),
      client_(transport, options_.lease),
      elector_(options_.identity, options_.settings),
      thread_([this](const std::stop_token& stop) { keep(stop); }) {}

Millis LeaseKeeper::time_left() const {
  const std::scoped_lock lock(mutex_);
  return elector_.time_left(clock_.steady());
}

Leadership LeaseKeeper::leadership() const {
  const std::scoped_lock lock(mutex_);
  return {elector_.leading(clock_.steady()), elector_.holder(), elector_.seen().transitions, problem_, refused_};
}

void LeaseKeeper::keep(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lease");
  while (!stop.stop_requested()) {
    lease::Step step;
    const auto fitness = options_.fitness ? options_.fitness() : lease::Fitness::Good;
    {
      const std::scoped_lock lock(mutex_);
      step = elector_.next(clock_.steady(), clock_.now(), fitness);
    }
    if (step.what == lease::Step::Do::Wait)
      wait(step.wait, stop);
    else
      carry_out(step);
    tell();
  }
}

void LeaseKeeper::carry_out(const lease::Step& step) {
  const Millis deadline = request_deadline(options_.settings);
  const Millis sent = clock_.steady();
  if (step.what == lease::Step::Do::Read) {
    const auto answer = client_.read(deadline);
    const std::scoped_lock lock(mutex_);
    elector_.was_read(answer, clock_.steady());
    note(answer);
  } else {
    const auto answer = client_.write(step.lease, deadline);
    const std::scoped_lock lock(mutex_);
    elector_.was_written(answer, sent, clock_.steady());
    note(answer);
  }
}

/// Call with the lock held. A Conflict is no problem: another process was faster.
template <class T>
void LeaseKeeper::note(const Result<T>& answer) {
  const bool failed = !answer && answer.error().kind != ErrorKind::Conflict;
  problem_ = failed ? answer.error().message : "";
  refused_ = failed && is_refusal(answer.error().kind);
}

void LeaseKeeper::tell() {
  auto now = leadership();
  if (now == told_) return;
  told_ = std::move(now);
  if (options_.on_change) options_.on_change(told_);
}

/// Waits no longer than the lease lasts, so that the end of the lease is reported in time.
void LeaseKeeper::wait(Millis wait, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const Millis left = elector_.time_left(clock_.steady());
  if (left > Millis(0)) wait = std::min(wait, left);
  stopped_.wait_for(lock, stop, wait, [] { return false; });
}

bool LeaseKeeper::release(Millis deadline) {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();  // a renewal under way ends first
  for (int tries = 0; tries < 2; ++tries) {
    std::optional<lease::Lease> last;
    {
      const std::scoped_lock lock(mutex_);
      last = elector_.release(clock_.now());
    }
    if (!last) return false;
    const auto written = client_.write(*last, deadline);
    if (written || written.error().kind != ErrorKind::Conflict) return written.ok();
    const auto found = client_.read(deadline);  // a renewal without an answer may have been stored
    const std::scoped_lock lock(mutex_);
    elector_.was_read(found, clock_.steady());
  }
  return false;
}

}  // namespace aia::kube
