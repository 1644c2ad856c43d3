// One thread beside the loop, at low priority: refits and checkpoints run on it one after the other.
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
  /// Takes at most `most_waiting` jobs at a time.
  explicit BackgroundWorker(std::size_t most_waiting = 256);

  /// Ends after the job under way; those that wait are dropped.
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
