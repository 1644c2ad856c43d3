// A process that stands still, for watchdog_test.cc: its loop waits for a lock that nobody gives back, and so does a
// thread in the middle of a log line.
#include <pthread.h>

#include <mutex>
#include <thread>

#include "controller/host/thread_report.h"
#include "controller/host/watchdog.h"

int main() {
  using namespace std::chrono_literals;
  aia::prepare_thread_report();
  std::mutex never;
  never.lock();
  aia::Watchdog watchdog(
      300ms, [] { aia::end_stuck_process(300ms); }, 50ms);
  std::thread loop([&] {
    ::pthread_setname_np(::pthread_self(), "loop");
    watchdog.report({});
    const std::lock_guard lock(never);
  });
  loop.join();
}
