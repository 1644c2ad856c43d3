// A place beside the loop for computation: a refit takes a tenth of a second, and a cycle must not wait for a refit.
#pragma once

#include <functional>

namespace aia::ports {

class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  virtual ~Background() = default;

  /// Takes a job and runs it once and soon, on another thread or at once. Jobs run in the order in which they were
  /// taken. False: enough jobs are waiting, and this job was not taken.
  virtual bool offer(std::function<void()> job) = 0;
};

}  // namespace aia::ports
