// Ends a process whose loop stands still, so that its lease runs out and a follower leads. Nothing else ends such a
// process, because the lease is renewed by a separate thread. The watchdog first reports the state of every thread
// (thread_report.h). Only time in which the watchdog itself ran counts. So a process that was suspended is not ended
// when it wakes up.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "base/time.h"
#include "controller/ports/reporter.h"

namespace aia {

/// Measures how long no cycle has ended, in time during which the process ran.
class Silence {
 public:
  explicit Silence(Millis limit) : limit_(limit) {}

  /// Reports that `cycles` have ended by now, `since` after the last look. Returns true after `limit` without a new
  /// cycle.
  bool look(std::uint64_t cycles, Millis since);

  /// A later look counts as this long: the whole process did not run, so the delay says nothing about the loop.
  static constexpr Millis kLongestLook{2'000};

 private:
  const Millis limit_;
  Millis silent_{0};
  std::uint64_t seen_ = 0;
};

class Watchdog final : public ports::Reporter {
 public:
  static constexpr int kExitCode = 75;  ///< EX_TEMPFAIL: the next start may succeed

  /// Starts to count at once. When no cycle has ended for `limit`, the watchdog's thread calls `on_silence`, once.
  /// `on_silence` must not need anything that may be stuck: no lock, no log, no memory.
  Watchdog(Millis limit, std::function<void()> on_silence, Millis look = std::chrono::milliseconds(500));

  void report(const ports::CycleReport& /*cycle*/) override { ++cycles_; }

 private:
  void watch(const std::stop_token& stop, Millis limit, Millis look);

  const std::function<void()> on_silence_;
  std::atomic<std::uint64_t> cycles_{0};
  std::jthread thread_;  // last, because the thread uses all members above
};

/// Reports on stderr the state of each thread, then exits with Watchdog::kExitCode. The exit comes within two seconds,
/// even when stderr takes no more output.
[[noreturn]] void end_stuck_process(Millis limit);

}  // namespace aia
