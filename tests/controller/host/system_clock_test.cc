// The steady clock counts a machine's sleep. A time namespace whose boot time lies an hour back plays one that slept
// for an hour: there CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC. It takes a right that root has. Source:
// time_namespaces(7).
#include "controller/host/system_clock.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

namespace aia {
namespace {

using namespace std::chrono_literals;

/// Exit status of `body` in a process whose machine slept for an hour; -1: there can be none.
int after_a_sleep(int (*body)()) {
  const pid_t outer = ::fork();
  if (outer == 0) {
    if (::unshare(CLONE_NEWTIME) != 0 || !(std::ofstream("/proc/self/timens_offsets") << "boottime 3600 0\n").flush())
      ::_exit(99);
    const pid_t inner = ::fork();  // the first that lives there
    if (inner == 0) ::_exit(body());
    int status = 0;
    ::waitpid(inner, &status, 0);
    ::_exit(WEXITSTATUS(status));
  }
  int status = 0;
  ::waitpid(outer, &status, 0);
  return WEXITSTATUS(status) == 99 ? -1 : WEXITSTATUS(status);
}

TEST_CASE("a lease runs out while the machine sleeps") {
  static const Millis before = SystemClock().steady();
  const int outcome = after_a_sleep([] { return SystemClock().steady() - before >= 1h ? 0 : 1; });
  if (outcome < 0) WARN("skipped: no right to a time namespace");
  CHECK(outcome <= 0);
}

}  // namespace
}  // namespace aia
