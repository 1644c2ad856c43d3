// Ends a process whose loop stands still, so that its lease lapses and a follower leads: nothing else would, because
// the lease is renewed by a thread of its own. What every thread waits for is said first (thread_report.h). Only time
// that the watchdog itself lived through counts, so that a process that was suspended is not ended as it wakes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "base/time.h"
#include "controller/ports/reporter.h"

namespace aia {

/// How long nothing has moved, in time that was lived through.
class Silence {
 public:
  explicit Silence(Millis limit) : limit_(limit) {}

  /// `cycles` have ended by now, `since` the last look. True: silent for the limit.
  bool look(std::uint64_t cycles, Millis since);

  /// A look that comes later than this was late because nobody ran, not because the loop is stuck.
  static constexpr Millis kLongestLook{2'000};

 private:
  const Millis limit_;
  Millis silent_{0};
  std::uint64_t seen_ = 0;
};

class Watchdog final : public ports::Reporter {
 public:
  static constexpr int kExitCode = 75;  ///< EX_TEMPFAIL: the next start may do

  /// Counts from now on. `on_silence` is called once, from the watchdog's thread, when no cycle has ended for `limit`;
  /// it must not need anything that may be stuck: no lock, no log, no memory.
  Watchdog(Millis limit, std::function<void()> on_silence, Millis look = std::chrono::milliseconds(500));

  void report(const ports::CycleReport& /*cycle*/) override { ++cycles_; }

 private:
  void watch(const std::stop_token& stop, Millis limit, Millis look);

  const std::function<void()> on_silence_;
  std::atomic<std::uint64_t> cycles_{0};
  std::jthread thread_;  // last: it uses the rest
};

/// What a stuck process does last: says what each thread waits for on stderr, and exits with Watchdog::kExitCode;
/// within two seconds, also when stderr takes nothing any more.
[[noreturn]] void end_stuck_process(Millis limit);

}  // namespace aia
