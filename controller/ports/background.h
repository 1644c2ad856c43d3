// Somewhere beside the loop to compute: a refit takes a tenth of a second and a cycle must not wait for it.
#pragma once

#include <functional>

namespace aia::ports {

class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  virtual ~Background() = default;

  /// Takes a job to be run soon, once, on another thread or at once; jobs are run in the order they were taken. False:
  /// enough are waiting, it was not taken.
  virtual bool offer(std::function<void()> job) = 0;
};

}  // namespace aia::ports
