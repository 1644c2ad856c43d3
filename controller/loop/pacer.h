// When the next cycle begins. Usually a cycle length after the last one began; at once when something changed, or when
// more history is to be read. Cycles begin at least `spacing` apart, so a flood of changes causes one cycle per second
// and no more. Only a new leader does not wait for the spacing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/time.h"

namespace aia::loop {

class Pacer {
 public:
  Pacer(Millis cycle, Millis spacing) : cycle_(cycle), spacing_(spacing) {}

  /// Something changed: begin the next cycle as soon as spacing allows. From any thread.
  void poke();

  /// Begin the next cycle at once. From any thread.
  void hurry();

  /// Waits until a cycle should begin; the first one begins at once. False: `stop` was requested.
  bool wait(bool hurry, const std::stop_token& stop);

 private:
  using Steady = std::chrono::steady_clock;
  const Millis cycle_;
  const Millis spacing_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool poked_ = true;
  bool hurried_ = false;
  Steady::time_point last_ = Steady::now() - cycle_;
};

}  // namespace aia::loop
