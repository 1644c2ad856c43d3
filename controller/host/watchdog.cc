// The watchdog's thread compares the number of ended cycles at every look. Time comes from std's steady_clock, which
// stops while the machine sleeps, unlike the clock in system_clock.h. alarm(2) ends the process if the report itself
// gets stuck.
#include "controller/host/watchdog.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "controller/host/thread_report.h"

namespace aia {
namespace {

constexpr unsigned kLastWordsSeconds = 2;

/// Ends the process after two seconds, even if the report hangs. The signal has a handler of ours, because the kernel
/// ignores signals with their default effect for the first process of a container.
void arm_last_guard() {
  struct sigaction action {};
  action.sa_handler = [](int) { ::_exit(Watchdog::kExitCode); };
  ::sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
  ::alarm(kLastWordsSeconds);
}

}  // namespace

bool Silence::look(std::uint64_t cycles, Millis since) {
  if (cycles != std::exchange(seen_, cycles)) silent_ = Millis(0);
  silent_ += std::min(since, kLongestLook);
  return silent_ >= limit_;
}

Watchdog::Watchdog(Millis limit, std::function<void()> on_silence, Millis look)
    : on_silence_(std::move(on_silence)),
      thread_([this, limit, look](const std::stop_token& stop) { watch(stop, limit, look); }) {}

void Watchdog::watch(const std::stop_token& stop, Millis limit, Millis look) {
  ::pthread_setname_np(::pthread_self(), "watchdog");
  using Steady = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  Silence silence(limit);
  for (auto last = Steady::now(); !stop.stop_requested();) {
    never.wait_for(lock, stop, look, [] { return false; });
    const auto now = Steady::now();
    if (stop.stop_requested()) return;
    if (silence.look(cycles_, std::chrono::duration_cast<Millis>(now - std::exchange(last, now)))) return on_silence_();
  }
}

void end_stuck_process(Millis limit) {
  arm_last_guard();
  report_threads(STDERR_FILENO, "no cycle has ended for too long: this process ends, another one may lead", limit);
  std::_Exit(Watchdog::kExitCode);
}

}  // namespace aia
