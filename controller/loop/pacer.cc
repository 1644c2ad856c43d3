// Two waits on a condition variable: first until a cycle is due or asked for, then until the spacing has passed or
// hurry() was called. A request to stop ends both waits.
#include "controller/loop/pacer.h"

namespace aia::loop {

void Pacer::poke() {
  {
    const std::lock_guard lock(mutex_);
    poked_ = true;
  }
  changed_.notify_all();
}

void Pacer::hurry() {
  {
    const std::lock_guard lock(mutex_);
    poked_ = hurried_ = true;
  }
  changed_.notify_all();
}

bool Pacer::wait(bool hurry, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, last_ + cycle_, [&] { return hurry || poked_; });
  changed_.wait_until(lock, stop, last_ + spacing_, [&] { return hurried_; });
  poked_ = hurried_ = false;
  last_ = Steady::now();
  return !stop.stop_requested();
}

}  // namespace aia::loop
