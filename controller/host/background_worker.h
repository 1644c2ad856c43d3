// A thread beside the loop, at low priority. Model refits and checkpoints run on this thread, in order, so that no
// cycle waits for them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "controller/ports/background.h"

namespace aia {

class BackgroundWorker final : public ports::Background {
 public:
  /// At most `most_waiting` jobs wait at a time; offer() refuses more.
  explicit BackgroundWorker(std::size_t most_waiting = 256);

  /// Waits for the job under way. Jobs still in the queue are dropped.
  ~BackgroundWorker() override;

  bool offer(std::function<void()> job) override;

 private:
  void work(const std::stop_token& stop);

  std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable_any waiting_;
  std::deque<std::function<void()>> jobs_;
  std::jthread thread_;
};

}  // namespace aia
